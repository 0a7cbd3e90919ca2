// Takes a network out of an npm package that carries it as JavaScript, such as nsfwjs:
//
//   npm pack nsfwjs@4.4.0 && tar xzf nsfwjs-4.4.0.tgz
//   node unpack.mjs package/dist/models/mobilenet_v2 mobilenet_v2
//   artnn convert mobilenet_v2 --range 0,1 -o mobilenet.safetensors
//
// The first folder has model.min.js and a group1-shard…min.js for each shard, scripts
// whose value is the topology and the weights in base64. The second one, which must not
// be there yet, gets model.json, the shards, and a package.json with name, version and
// licence. The scripts run apart from this one, without access to files or the network.
import fs from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'

const [from, to] = process.argv.slice(2)
if (!from || !to) {
  console.error('usage: node unpack.mjs FOLDER NEW-FOLDER')
  process.exit(2)
}

// valueOf is what a script exports, as JSON knows it.
function valueOf(name) {
  const text = fs.readFileSync(path.join(from, name + '.min.js'), 'utf8')
  const json = vm.runInNewContext(`const module = { exports: {} }, exports = module.exports; ${text}\n;JSON.stringify(module.exports)`)
  return JSON.parse(json)
}

// packageOf is the package.json of the package that a folder lies in.
function packageOf(folder) {
  for (let dir = path.resolve(folder); dir !== path.dirname(dir); dir = path.dirname(dir)) {
    const file = path.join(dir, 'package.json')
    const found = fs.existsSync(file) && JSON.parse(fs.readFileSync(file, 'utf8'))
    if (found?.name) return found
  }
  return {}
}

const model = valueOf('model')
const shards = (model.weightsManifest ?? []).flatMap(group => group.paths)
if (!model.modelTopology || shards.some(name => name !== path.basename(name))) {
  console.error(`${from}: model.min.js holds no model of TensorFlow.js`)
  process.exit(1)
}
const files = shards.map(name => [name, Buffer.from(valueOf(name), 'base64')])
const { name, version, license } = packageOf(from)
fs.mkdirSync(to)
for (const [name, bytes] of files) fs.writeFileSync(path.join(to, name), bytes)
fs.writeFileSync(path.join(to, 'package.json'), JSON.stringify({ name, version, license }) + '\n')
fs.writeFileSync(path.join(to, 'model.json'), JSON.stringify(model))
console.log(`${to}: model.json and ${shards.length === 1 ? '1 shard' : shards.length + ' shards'}`)
