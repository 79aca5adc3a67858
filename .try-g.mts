import * as fs from "node:fs";
import { createRandom } from "./lib/base/index.ts";
import * as E from "./lib/environments/index.ts";
import * as A from "./lib/agents/index.ts";
import * as V from "./lib/evaluation/index.ts";
import * as P from "./lib/plots/index.ts";
import * as L from "./lib/labels/index.ts";
import { Llama, selectEngine } from "./lib/model/index.ts";
const data="/work/shared/data";
const seen=E.loadGames(data,"valid_seen"), unseen=E.loadGames(data,"valid_unseen"), train=E.loadGames(data,"train");
const prior=E.PlacementPrior.fromGames(train);
const envs=[...seen,...unseen].map(f=>new E.Household(f));
const teacher=await V.playAgents({environments:envs,createAgent:()=>new A.SearchTeacher(prior),stepLimit:40,seed:0});
const random=await V.playAgents({environments:envs,createAgent:(e)=>new A.RandomAgent(createRandom(0,"random/"+e.task.id)),stepLimit:40,seed:0});
const rows=[...V.resultRows(teacher,{run:"r",arm:"teacher",seed:0}),...V.resultRows(random,{run:"r",arm:"random",seed:0})];
const fails=[...V.failureTable(teacher,"teacher"),...V.failureTable(random,"random")];
const tr=await V.trajectoryRows(teacher);
const byType=V.summarise(rows.filter(r=>r.metric==="success"),["arm","taskType"]);
const bySplit=V.summarise(rows,["arm","split"]);
const named=tr.map((r)=>({name:r.split,...r}));
const figs:Record<string,any>={
 byType:P.successByTypeFigure(byType), bySplit:P.successBySplitFigure(bySplit.filter(r=>r.metric==="success")),
 invalid:P.invalidRateFigure(bySplit.filter(r=>r.metric==="invalid_rate")),
 fail:P.failureFigure(fails), cdf:P.stepsCdfFigure(rows),
 length:P.episodeLengthFigure(["valid_seen","valid_unseen"].map(name=>({name,values:tr.filter(r=>r.split===name).map(r=>r.steps)}))),
 depth:P.searchDepthFigure(named), mix:P.actionMixFigure(V.actionMix(tr)), types:P.taskTypesFigure(named),
 box:P.boxFigure(E.TASK_TYPES.map(group=>({group,...V.boxStatistics(tr.filter(r=>r.type===group).map(r=>r.steps))})),{title:"Steps by task type",y:{title:"Length",unit:"steps"}}),
 curve:P.learningCurveFigure([1e6,2e6,4e6].flatMap((tokens,i)=>[{arm:"free",tokens,n:300,...V.wilson(100*i+20,300)},{arm:"admissible only",tokens,n:300,...V.wilson(90*i+80,300)}])),
 loss:P.lossFigure(Array.from({length:2000},(_,i)=>({tokens:1500*(i+1),loss:4/(1+i/100)+.1*Math.abs(Math.sin(i)),actionLoss:3/(1+i/80),learningRate:.005*Math.cos(i/1300)}))),
 zipf:P.vocabularyFigure(Array.from({length:460},(_,i)=>({token:" t"+i,count:Math.round(30000/(i+1))}))),
 coverage:P.coverageFigure(Array.from({length:460},(_,i)=>({token:" t"+i,count:Math.round(30000/(i+1))}))),
 sources:P.tokenSourcesFigure([{group:"train",source:"observation",tokens:600},{group:"train",source:"thought",tokens:100},{group:"train",source:"action",tokens:250},{group:"train",source:"delimiter",tokens:280},{group:"train",source:"user",tokens:280}]),
 compression:P.compressionFigure(tr.map(r=>({charactersPerToken:r.characters/60,compactCharactersPerToken:r.characters/200}))),
 lengths1:P.episodeLengthFigure([{name:"teacher",values:tr.map(r=>r.steps)}]),
};
fs.writeFileSync("/tmp/figs.json",JSON.stringify(figs));
if (process.argv[2]) {
 const template=new L.ChatTemplate({codec:E.createHouseholdCodec(),thoughts:true});
 const texts=teacher.flatMap(t=>template.renderTurns(t.turns).filter(s=>!s.special).map(s=>s.text));
 const tokenizer=L.trainTokenizer(texts,{vocabularySize:1500});
 console.log(tokenizer.size, selectEngine("auto"));
 const model=Llama.create({vocab_size:tokenizer.size,hidden_size:64,intermediate_size:176,num_hidden_layers:4,num_attention_heads:4,max_position_embeddings:768,tie_word_embeddings:true},{seed:0});
 for (const admissibleOnly of [true,false]) { const t=Date.now();
  const out=await V.playStudent({model,tokenizer,template,environments:envs,stepLimit:40,maxLength:768,admissibleOnly,name:"s",seed:0});
  console.log(admissibleOnly,"s",(Date.now()-t)/1000,"steps",out.reduce((a,b)=>a+b.steps,0),"invalid",out.reduce((a,b)=>a+b.invalid,0),new Map(out.map(o=>[o.stop,out.filter(x=>x.stop===o.stop).length])), process.memoryUsage().rss/1e6);
 }
}
