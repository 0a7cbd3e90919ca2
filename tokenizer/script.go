package tokenizer

import (
	"slices"
	"strings"
	"sync"
)

// counterparts are frequent characters of the two Chinese scripts, the simplified one
// first, of which each has one counterpart.
const counterparts = `
爱愛 罢罷 备備 贝貝 笔筆 毕畢 边邊 变變 宾賓 补補 参參 仓倉 产產 长長 尝嘗 车車 齿齒 处處 传傳 从從 达達 带帶 单單 当當
党黨 导導 灯燈 东東 动動 断斷 对對 队隊 尔爾 发發 风風 飞飛 妇婦 复復 盖蓋 刚剛 个個 沟溝 构構 购購 关關 观觀 广廣 归歸
龟龜 国國 过過 汉漢 号號 华華 画畫 怀懷 坏壞 欢歡 还還 环環 会會 击擊 鸡雞 积積 极極 际際 继繼 价價 艰艱 见見 间間 荐薦
将將 节節 尽盡 进進 惊驚 举舉 旧舊 剧劇 据據 觉覺 开開 块塊 亏虧 来來 兰蘭 蓝藍 览覽 乐樂 类類 离離 礼禮 丽麗 历歷 两兩
灵靈 刘劉 龙龍 楼樓 卢盧 陆陸 乱亂 论論 罗羅 妈媽 马馬 买買 卖賣 满滿 门門 们們 梦夢 灭滅 难難 鸟鳥 宁寧 农農 欧歐 盘盤
凭憑 齐齊 气氣 迁遷 钱錢 桥橋 亲親 轻輕 穷窮 区區 权權 劝勸 让讓 热熱 认認 洒灑 伞傘 丧喪 扫掃 杀殺 伤傷 设設 审審 声聲
圣聖 师師 时時 识識 实實 适適 书書 术術 树樹 数數 双雙 谁誰 说說 丝絲 苏蘇 虽雖 随隨 岁歲 孙孫 态態 谈談 叹嘆 听聽 头頭
图圖 团團 万萬 网網 为為 卫衛 闻聞 问問 无無 务務 习習 戏戲 细細 县縣 现現 献獻 乡鄉 响響 协協 写寫 兴興 选選 学學 寻尋
压壓 亚亞 严嚴 盐鹽 阳陽 养養 样樣 药藥 业業 页頁 医醫 亿億 忆憶 义義 艺藝 阴陰 应應 邮郵 犹猶 鱼魚 与與 语語 员員 园園
远遠 愿願 运運 杂雜 赵趙 这這 郑鄭 执執 质質 钟鐘 众眾 专專 转轉 装裝 总總 纵縱 诗詩 词詞 话話 请請 读讀 课課 谢謝 讲講
记記 许許 红紅 绿綠 线線 经經 结結 给給 绝絕 续續 维維 银銀 铁鐵 镜鏡 饭飯 饮飲 馆館 鸣鳴 鹤鶴 鸿鴻 鹰鷹 麦麥 黄黃 顺順
须須 顾顧 题題 颜顏 额額 飘飄 骑騎 驰馳 险險 阶階 陈陳 阁閣 闲閒 静靜 韵韻 项項 预預 频頻 飒颯 鸥鷗 凤鳳 纱紗 纸紙 织織
终終 绣繡 绪緒 缘緣 缝縫 缠纏 聪聰 联聯 肤膚 胜勝 脸臉 腊臘 舰艦 艳艷 苍蒼 荣榮 莲蓮 莺鶯 萧蕭 营營 叶葉 觅覓 视視 触觸
计計 讨討 讯訊 训訓 访訪 证證 评評 译譯 试試 诚誠 详詳 误誤 诸諸 调調 贤賢 败敗 货貨 贪貪 贫貧 贵貴 费費 贺賀 资資 赏賞
赐賜 赋賦 赖賴 赛賽 赠贈 赢贏 趋趨 跃躍 踪蹤 轮輪 软軟 载載 辉輝 辞辭 辽遼 迟遲 迹跡 逊遜 递遞 遗遺 邓鄧 邻鄰 酱醬 释釋
针針 钓釣 钗釵 钩鉤 铃鈴 铜銅 锁鎖 锅鍋 锦錦 键鍵 闭閉 闯闖 闹鬧 阔闊 陕陝 隐隱 雾霧 霁霽 鲜鮮 鸦鴉 鹅鵝 龄齡 湾灣 温溫
湿濕 滚滾 滨濱 潇瀟 烛燭 烟煙 烦煩 烧燒 爷爺 牵牽 独獨 狮獅 猫貓 猎獵 玛瑪 琼瓊 瑶瑤 疗療 疮瘡 皱皺 盏盞 监監 确確 碍礙
祸禍 种種 称稱 稳穩 窝窩 笼籠 筑築 签簽 简簡 粮糧 紧緊 约約 纪紀 级級 纯純 纳納 练練 组組
`

// script is a character's script and its counterpart in the other.
type script struct {
	traditional bool
	other       rune
}

var scripts = sync.OnceValue(func() map[rune]script {
	all := map[rune]script{}
	for _, pair := range strings.Fields(counterparts) {
		r := []rune(pair)
		all[r[0]], all[r[1]] = script{false, r[1]}, script{true, r[0]}
	}
	return all
})

// OtherScript says what to do about a text in the other Chinese script than that which
// a tokenizer knows: traditional where it knows simplified characters, or the other
// way round. It is "" of all other texts.
func OtherScript(t Tokenizer, text string) string {
	special := t.SpecialTokens()
	return otherScript(text, func(r rune) bool {
		ids, err := t.Encode(string(r))
		return err == nil && !slices.ContainsFunc(ids, func(id int32) bool { return slices.Contains(special, id) })
	})
}

// otherScript decides by the characters that are not known: whether the counterparts
// of most of them are.
func otherScript(text string, known func(rune) bool) string {
	seen := map[rune]bool{}
	unknown, traditional, simplified := 0, 0, 0
	for _, r := range text {
		s, ok := scripts()[r]
		if !ok || seen[r] {
			continue
		}
		seen[r] = true
		if known(r) {
			continue
		}
		unknown++
		switch {
		case !known(s.other):
		case s.traditional:
			traditional++
		default:
			simplified++
		}
	}
	switch {
	case 2*traditional > unknown:
		return "the text is in traditional characters and the model knows simplified ones: convert the text, for example with opencc -c t2s"
	case 2*simplified > unknown:
		return "the text is in simplified characters and the model knows traditional ones: convert the text, for example with opencc -c s2t"
	}
	return ""
}
