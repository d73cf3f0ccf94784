//! Ordinary words near those of the lexicon. They are right as they stand, so that no mending turns `stage` into `state`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether this lower-case word is ordinary.
pub(super) fn is_ordinary(word: &str) -> bool {
    static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_ascii_whitespace().collect());
    SET.contains(word)
}

const WORDS: &str = "
about above accessed accounted aces ache acid acids acre acres across actresses acts addressed after aims airflow airs alam alba
albert alerts alignment allocated allows alloy alpha alps also altering alto ames amid amin amir among amos analysis analytic
analytical ants anything apes apis apollo applications apps arcs aromatic artefacts artifacts artworks asks asserting assigned
associated atlas attache attack attacked attacker attained attracted auth automation axis back baked balance balanced bane bare barked
based basel bash basis basket bass bates before being below bending beta between bigger biggest billing black blending bloc blocks
blog blogs blow blows boat boating bolt bones book booking boom booming boon boost booth bose both bounced bout boxed boxer boxers
brackets brock broke broker brooding budget budgets build builds bushes called cars cart carts catches central charting chatting
cheapest checkout chose clone closed closer closet cloudy clustered coaches commuted commuter compete competed competes complete
computed computer computers config constance consul contained contains core cores cost costs could count counters counts crate created
creative creature cremated crete custer customer customers cycles daily dana date dates dawn days dazzling deaf deal dean dear decker
deco deed delegate deleted delta demi demon demos depending depleted deployed deployment deployments deserted deserved deserves desk
destroyed destroyer detailed detained detected developmental developments devil dinamo dirk disabled disc discs dish distance
distances docked documented documents doing doses downs dread drip dropping drown dusk dynamics each ears ease east emory empowered
enabled enables ends engined engineer engineers environmental eras erased errors escaping eternal eurovision even evening event events
ever every everyone exploded explored exported expose externally factions fading falcon falling farewell farmhouse file filed files
filing find first fitting fleeting flirting fontaine footing fraction friction frigates from front functional functioned gamma gases
gitlab give goes grafana greater grinning groups hale half hall halo hand handling hara hardy hare hari harm harp hart hated have
heard hello help herd hilt hitting hoisted holt host hostel hosts hour hours impending implication inaccessible index inherent inside
instinct instincts insurance interact intercept interest internal interned internment interpret interred intersect into invisible
invoice invoices isle jenkins junction junctions just kafka knitting kobe labeled labelled labs lacking larger largest last latter
launched launcher launches lead least ledger ledgers left legs lending less lester libel liberated life like lime line lines list
litter lived liver lives loads loaf loan logo logos lois longer looting lord loser loses loss losses lots loud love lover lowe lowered
lowers lunch machinery macro mafia maia mail mails main manage manages mandated mango mania many mara marching marcia mari marian
marie marin marina mario maris marta massage master matching maternal messages metrics micro might mind mine mini mint mirrored miss
missing mobile mongol mono mont month monthly months monument more morning most mound much munitions must name named names nate nato
nesting nets newer newest next night nights nike nodes nods nomad none nope north nose noses note notes nothing number numbers nuts
objected objects observed observer observers older oldest omega only onto open opens order orders orion outside oven over owen owner
ozone page pages part parts passed pastures paternal pathways pause pauses payment payments perimeter persisted persistence phoenix
pipeline pipelines plastic plastics platforms pleading please poet poets poker police policies policing politics poll polls polo
pondered pont poole poor pork porn porte porto post posts posture pots pounding powder powers precision prediction premises prepared
preserve preserved preserves presumed price prices primate principally principle principles privateer privately productions productive
products prof projected projection prom prop prospect prospects prostate protect protection protects protests proud provisional proxy
publicity pure purse quarries railing rate rates rational realises reassigned received recent recounts recycled redevelopment reds
reduction referred regis register registers registrar relation relations released reliable remote removed reno rent replication report
reports reproduction republic resented reserve reserves reset reside resolved resources restarted resting restored rests resumed
returned reversed reverted revision right rights rises robe robes rode rolf rome rope ropes rose roses rotated rotational rouge
rounding rouse routed routes rowe rubs rude ruining ruins ruled ruler rulers rules rune runes runner runners ruse russ rust sage said
sailing sale same sample sanctions sands sandy sane sang sank sans sant scala scaled scalp scanning scare schedule scheduled
scheduling schuster score scores scraping sealing search searches seas seats second secretly securely securing sees seize send sending
senses sentry serve served serves serviced session sessions seth setting settings settlers settling severity shale shard shards
shifting shin shipping shooting shop shopping shore shores shortage shortages shot should shout shouting show showdown showered side
sighting simpler simplest simply sims since sire site sits size sized sizes skate skin skipping slapping slate slipping smaller
smallest smart snapping snatched some soothing sore sort sorted south spain span spark speeding spending spine spins spit spitting
splitting spores sporting spotting spun stabbing stables stack stacks stade stage staged stages stake stale stalking stand standing
star stare stares staring stark starr starring stars startling starving stat stated staten states stating stats statue staying
stealing steaming step stepped stepping sterling stinging stirling stirring stitches stock stocks stoke stokes stole stomped stone
stones stored stores storey stories storm storms story stove strapped stream streams stripped stripping stuart stunning subgroup
subjects subset such sums suns survives suspected suspense switch switches swore tables tablet tablets tack tagging take tale tales
talk talks tank tanks taps tasting team tears tell tempting tending tent terminal terminals tess tests text than thank thanks that
them then there these they third this those time times tingling today tomorrow tonic tool tools topping total toxic trace traces trade
trades trailing treating trusting tsar tugged tugs tuned turn turner twisting twitched type types uber unavailable unbroken under
unsigned until upgraded upside used uses usher ussr vaccines vent vents version versions vertices very viet virtually visibly voss
wake waterway waterways week weekday weekdays weekend weekly weeks west what when where which while wide wife will wine wiped wire
wise with within without word worker workers workplace worlds would year years zane
";
