// Package writing says how good generated texts are, and how well a model knows a
// text.
//
//   - [CrossEntropy]: how surprised a model is by a text, in windows of a bounded number
//     of tokens; [Bits] makes it comparable between tokenizers.
//   - [Distinct]: how varied texts are.
//   - [LongestCopy]: what stands word for word in a text that was learned from.
//   - [Share]: how many texts have a form.
//
// Distinctness and the longest copy depend on the length of the texts: a value means
// something beside that of as much real text.
package writing
