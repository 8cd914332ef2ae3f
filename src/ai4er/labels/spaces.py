"""The label spaces that exist: a line each, with who defined it."""

from __future__ import annotations

from ai4er.errors import unknown
from ai4er.labels.space import LabelSpace


def _single(name: str, classes: str, source: str, neutral: str | None = "neutral") -> LabelSpace:
    names = tuple(classes.split())
    return LabelSpace(
        name=name, kind="single", names=names, neutral=neutral if neutral in names else None, source=source
    )


_GOEMOTIONS = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment "
    "disapproval disgust embarrassment excitement fear gratitude grief joy love nervousness optimism "
    "pride realization relief remorse sadness surprise neutral"
)
_SEMEVAL = "anger anticipation disgust fear joy love optimism pessimism sadness surprise trust"
_IEMOCAP = "angry disgusted excited fearful frustrated happy neutral other sad surprised"
_MSP_PODCAST = "angry contempt disgust fear happy neutral sad surprise other"
_HUME_VB = "awe excitement amusement awkwardness fear horror distress triumph sadness surprise"
_FERPLUS = "neutral happiness surprise sadness anger disgust fear contempt"
_EMOTION6 = "anger disgust fear joy sadness surprise neutral"
_RAFDB_COMPOUND = (
    "happily_surprised happily_disgusted sadly_fearful sadly_angry sadly_surprised sadly_disgusted fearfully_angry "
    "fearfully_surprised angrily_surprised angrily_disgusted disgustedly_surprised"
)
_MIKELS = "amusement anger awe contentment disgust excitement fear sadness"
_FACED = "anger disgust fear sadness neutral amusement inspiration joy tenderness"
_MAHNOB = "neutral anger disgust fear joy sadness surprise amusement anxiety"
_EMPATHETIC = (
    "afraid angry annoyed anticipating anxious apprehensive ashamed caring confident content devastated disappointed "
    "disgusted embarrassed excited faithful furious grateful guilty hopeful impressed jealous joyful lonely nostalgic "
    "prepared proud sad sentimental surprised terrified trusting"
)
_XED = "anger anticipation disgust fear joy sadness surprise trust neutral"
_CROWDFLOWER = "anger boredom empty enthusiasm fun happiness hate love neutral relief sadness surprise worry"

LABEL_SPACES: dict[str, LabelSpace] = {
    space.name: space
    for space in (
        _single("common4", "anger happiness neutral sadness", "the four classes that most speech corpora share"),
        _single("ekman6", "anger disgust fear happiness sadness surprise", "Ekman 1992"),
        _single("ekman7", "anger disgust fear happiness neutral sadness surprise", "Ekman 1992, with neutral"),
        _single("common6", "anger disgust fear happiness neutral sadness", "shared by emodb, ravdess and emovo"),
        _single(
            "speech9",
            "anger boredom calm disgust fear happiness neutral sadness surprise",
            "all classes of emodb, ravdess, emovo and urdu",
        ),
        _single(
            "emotions13",
            "sadness fear anger happiness disgust neutral surprise positive negative excitement frustration other "
            "unknown",
            "all classes of seven corpora in three languages, Cahyawijaya et al. 2023",
        ),
        _single("emodb7", "anger boredom disgust fear happiness neutral sadness", "Burkhardt et al. 2005"),
        _single("ravdess8", "neutral calm happy sad angry fearful disgust surprised", "Livingstone and Russo 2018"),
        _single("emovo7", "anger disgust fear joy neutral sadness surprise", "Costantini et al. 2014"),
        _single("urdu4", "angry happy neutral sad", "Latif et al. 2018"),
        _single("iemocap4", "angry happy neutral sad", "Busso et al. 2008; excited counts as happy"),
        _single("iemocap6", "angry excited frustrated happy neutral sad", "Busso et al. 2008"),
        _single("meld7", "anger disgust fear joy neutral sadness surprise", "Poria et al. 2019"),
        _single("meld3", "negative neutral positive", "Poria et al. 2019"),
        _single("emorynlp7", "joyful mad neutral peaceful powerful sad scared", "Zahiri and Choi 2018"),
        _single("dailydialog7", "anger disgust fear happiness neutral sadness surprise", "Li et al. 2017"),
        _single("goemotions27", _GOEMOTIONS.removesuffix(" neutral"), "Demszky et al. 2020; one label, no neutral"),
        _single("fer2013", "angry disgust fear happy neutral sad surprise", "Goodfellow et al. 2013"),
        _single("sentiment3", "low neutral high", "Katada et al. 2020: below, at and above the middle of 1 to 7"),
        _single("sentiment4", "positive negative ambiguous neutral", "Demszky et al. 2020: groups of their 28 labels"),
        _single("mental_state3", "relaxed neutral concentrating", "Bird et al. 2018"),
        _single("wesad3", "baseline stress amusement", "Schmidt et al. 2018", neutral=None),
        _single("tess7", "angry disgust fear happy neutral pleasant_surprise sad", "Pichora-Fuller and Dupuis 2020"),
        _single("savee7", "anger disgust fear happiness neutral sadness surprise", "Haq and Jackson 2010"),
        _single("crema_d6", "anger disgust fear happy neutral sad", "Cao et al. 2014"),
        _single("casia6", "angry fear happy neutral sad surprise", "the owners' folders (Chinese Academy of Sciences)"),
        _single("esd5", "angry happy neutral sad surprise", "Zhou et al. 2021"),
        _single("shemo6", "anger fear happiness neutral sadness surprise", "Mohamad Nezami et al. 2019"),
        _single("subesco7", "anger disgust fear happiness neutral sadness surprise", "Sultana et al. 2021"),
        _single("cafe7", "anger disgust fear happiness neutral sadness surprise", "Gournay et al. 2018"),
        _single(
            "jl_corpus10",
            "angry anxious apologetic assertive concerned encouraging excited happy neutral sad",
            "James et al. 2018: five primary and five secondary emotions",
        ),
        _single("mesd6", "anger disgust fear happiness neutral sadness", "Duville et al. 2021"),
        _single("emns8", "angry disgust excited happy neutral sad sarcastic surprise", "Noriy et al. 2023"),
        _single("emov_db5", "amused angry disgust neutral sleepy", "Adigwe et al. 2018"),
        _single("enterface6", "anger disgust fear happiness sadness surprise", "Martin et al. 2006"),
        _single("aesdd5", "anger disgust fear happiness sadness", "Vryzas et al. 2018"),
        _single("ased5", "angry fearful happy neutral sad", "Retta et al. 2023"),
        _single(
            "asvp_esd13",
            "boredom neutral happy sad angry fearful disgust surprised excited pleasure pain disappointment breath",
            "Touko Landry et al. 2020",
        ),
        _single("iemocap10", _IEMOCAP, "Busso et al. 2008, all categories that the raters could give"),
        _single("msp_podcast8", _MSP_PODCAST.removesuffix(" other"), "Lotfian and Busso 2019; the owners' challenges"),
        _single("msp_podcast9", _MSP_PODCAST, "Lotfian and Busso 2019, with the class Other"),
        _single("msp_improv4", "angry happy neutral sad", "Busso et al. 2017"),
        _single("emozionalmente7", "anger disgust fear joy neutrality sadness surprise", "Catania 2022", "neutrality"),
        _single("mead8", "angry contempt disgusted fear happy neutral sad surprised", "Wang et al. 2020"),
        _single("m3ed7", "anger disgust fear happy neutral sad surprise", "Zhao et al. 2022"),
        _single("mer2023_6", "angry happy neutral sad surprise worried", "Lian et al. 2023"),
        _single("oreau7", "anger disgust fear joy neutral sadness surprise", "Kerkeni et al. 2020"),
        _single("pavoque5", "angry happy neutral poker sad", "Steiner et al. 2013: speaking styles"),
        _single("polish3", "anger fear neutral", "the owners' letters a, s and n"),
        _single("resd7", "anger disgust enthusiasm fear happiness neutral sadness", "Lubenets et al. 2022"),
        _single("turev_db4", "angry calm happy sad", "Canpolat et al. 2020"),
        _single("nemo6", "anger fear happiness neutral sadness surprise", "Christop 2024"),
        _single(
            "demos8",
            "anger disgust fear guilt happiness neutral sadness surprise",
            "Parada-Cabaleiro et al. 2020",
        ),
        _single("yuemotion6", "anger happy sad neutral fear disgust", "Cahyawijaya et al. 2023"),
        _single("dusha4", "angry neutral positive sad", "Kondratenko et al. 2022"),
        _single("aibo5", "anger emphatic neutral positive rest", "Schuller et al. 2009, Interspeech challenge"),
        _single("aibo2", "idle negative", "Schuller et al. 2009, Interspeech challenge"),
        _single("hume_vb_types", "cry gasp groan grunt laugh other pant scream", "Baird et al. 2022, A-VB-Type"),
        _single("ferplus8", _FERPLUS, "Barsoum et al. 2016"),
        _single("rafdb7", "surprise fear disgust happiness sadness anger neutral", "Li, Deng and Du 2017"),
        _single("rafdb11", _RAFDB_COMPOUND, "Li, Deng and Du 2017: compound expressions"),
        _single("affectnet8", "neutral happy sad surprise fear disgust anger contempt", "Mollahosseini et al. 2019"),
        _single("ck_plus7", "anger contempt disgust fear happy sadness surprise", "Lucey et al. 2010"),
        _single("ck_plus8", "neutral anger contempt disgust fear happy sadness surprise", "Lucey et al. 2010"),
        _single("jaffe7", "neutral happiness sadness surprise anger disgust fear", "Lyons et al. 1998"),
        _single("emotion6_7", _EMOTION6, "Peng et al. 2015"),
        _single("mikels8", _MIKELS, "Mikels et al. 2005; Machajdik and Hanbury 2010; You et al. 2016"),
        _single("emotionroi6", "anger disgust fear joy sadness surprise", "Peng et al. 2016"),
        _single("ser30k7", "anger disgust fear happiness neutral sadness surprise", "Liu et al. 2022"),
        _single("seed3", "negative neutral positive", "Zheng and Lu 2015"),
        _single("seed_iv4", "neutral sad fear happy", "Zheng et al. 2019"),
        _single("seed_v5", "disgust fear sad neutral happy", "Liu et al. 2022"),
        _single("faced9", _FACED, "Chen et al. 2023"),
        _single("mahnob_hci9", _MAHNOB, "Soleymani et al. 2012: felt emotions by keyword"),
        _single("low_high", "low high", "a rating at or below, or above a threshold", neutral=None),
        _single("case4", "amusing boring relaxing scary", "Sharma et al. 2019: what the videos are meant to be"),
        _single("swell3", "neutral interruption time_pressure", "Koldijk et al. 2014: conditions of work"),
        _single("empathetic32", _EMPATHETIC, "Rashkin et al. 2019: the emotion of the situation"),
        _single("emocontext4", "others happy sad angry", "Chatterjee et al. 2019", neutral=None),
        _single("crowdflower13", _CROWDFLOWER, "the classes of the table that CrowdFlower published"),
        _single("isear7", "joy fear anger sadness disgust shame guilt", "Scherer and Wallbott 1994", neutral=None),
        _single("emotionlines8", "neutral joy sadness fear anger surprise disgust non-neutral", "Chen et al. 2018"),
        _single("afew7", "angry disgust fear happy neutral sad surprise", "Dhall et al. 2012; EmotiW challenges"),
        _single(
            "aff_wild2_8",
            "neutral anger disgust fear happiness sadness surprise other",
            "Kollias and Zafeiriou 2019; the class other since ABAW 2022",
        ),
        LabelSpace(
            name="goemotions28",
            kind="multi",
            names=tuple(_GOEMOTIONS.split()),
            neutral="neutral",
            source="Demszky et al. 2020",
        ),
        LabelSpace(
            name="elder_react6",
            kind="multi",
            names=("anger", "disgust", "fear", "happiness", "sadness", "surprise"),
            source="Ma et al. 2019: on where most raters saw the emotion at all",
        ),
        LabelSpace(
            name="elder_react_valence",
            kind="dimensions",
            names=("valence",),
            low=1.0,
            high=7.0,
            source="Ma et al. 2019: from very negative to very positive",
        ),
        LabelSpace(name="semeval2018_ec11", kind="multi", names=tuple(_SEMEVAL.split()), source="Mohammad et al. 2018"),
        LabelSpace(
            name="mosei6",
            kind="multi",
            names=("happy", "sad", "anger", "surprise", "disgust", "fear"),
            source="Zadeh et al. 2018: on where the mean intensity is above 0",
        ),
        LabelSpace(
            name="sentiment3_votes",
            kind="multi",
            names=("low", "neutral", "high"),
            source="Hazumi: every level that at least one outside rater gave",
        ),
        LabelSpace(
            name="valence_arousal_dominance",
            kind="dimensions",
            names=("valence", "arousal", "dominance"),
            low=-1.0,
            high=1.0,
            source="Mehrabian and Russell 1974",
        ),
        LabelSpace(
            name="valence_arousal",
            kind="dimensions",
            names=("valence", "arousal"),
            low=-1.0,
            high=1.0,
            source="Russell 1980",
        ),
        LabelSpace(
            name="sentiment_1_7",
            kind="dimensions",
            names=("sentiment",),
            low=1.0,
            high=7.0,
            source="Komatani and Okada 2021: sentiment as five outside raters see it",
        ),
        LabelSpace(
            name="mosi_score", kind="score", names=("sentiment",), low=-3.0, high=3.0, source="Zadeh et al. 2016"
        ),
        LabelSpace(
            name="sentiment_preference",
            kind="preference",
            names=("sentiment",),
            low=1.0,
            high=7.0,
            source="which of two items is higher",
        ),
        LabelSpace(
            name="valence_arousal_dominance_1_5",
            kind="dimensions",
            names=("valence", "arousal", "dominance"),
            low=1.0,
            high=5.0,
            source="self-assessment manikins of five steps: IEMOCAP, MSP-IMPROV",
        ),
        LabelSpace(
            name="valence_arousal_dominance_1_7",
            kind="dimensions",
            names=("valence", "arousal", "dominance"),
            low=1.0,
            high=7.0,
            source="self-assessment manikins of seven steps: MSP-Podcast",
        ),
        LabelSpace(
            name="mer2023_valence",
            kind="dimensions",
            names=("valence",),
            low=-5.0,
            high=5.0,
            source="Lian et al. 2023",
        ),
        LabelSpace(
            name="hume_vb10",
            kind="dimensions",
            names=tuple(_HUME_VB.split()),
            source="Baird et al. 2022: intensity of ten emotions from 0 to 1",
        ),
        LabelSpace(
            name="hume_vb_cultures",
            kind="dimensions",
            names=tuple(
                f"{country}_{emotion}"
                for country in ("china", "united_states", "south_africa", "venezuela")
                for emotion in _HUME_VB.split()
            ),
            partial=True,
            source="Baird et al. 2022, A-VB-Culture: as people of the speaker's own country hear it, from 0 to 1",
        ),
        LabelSpace(
            name="hume_vb_valence_arousal",
            kind="dimensions",
            names=("valence", "arousal"),
            source="Baird et al. 2022, A-VB-Two: from 0 to 1",
        ),
        LabelSpace(
            name="ferplus8_votes",
            kind="distribution",
            names=tuple(_FERPLUS.split()),
            neutral="neutral",
            source="Barsoum et al. 2016: ten taggers, of whom those who saw an emotion count",
        ),
        LabelSpace(
            name="emotion6_7_votes",
            kind="distribution",
            names=tuple(_EMOTION6.split()),
            neutral="neutral",
            source="Peng et al. 2015",
        ),
        LabelSpace(
            name="valence_arousal_1_9",
            kind="dimensions",
            names=("valence", "arousal"),
            low=1.0,
            high=9.0,
            source="self-assessment manikins of nine steps",
        ),
        LabelSpace(
            name="valence_arousal_dominance_1_9",
            kind="dimensions",
            names=("valence", "arousal", "dominance"),
            low=1.0,
            high=9.0,
            source="self-assessment manikins of nine steps",
        ),
        LabelSpace(
            name="valence_arousal_1_5",
            kind="dimensions",
            names=("valence", "arousal"),
            low=1.0,
            high=5.0,
            source="self-assessment manikins of five steps",
        ),
        LabelSpace(
            name="valence_arousal_0_7",
            kind="dimensions",
            names=("valence", "arousal"),
            low=0.0,
            high=7.0,
            source="Chen et al. 2023",
        ),
        LabelSpace(
            name="valence_arousal_joystick",
            kind="dimensions",
            names=("valence", "arousal"),
            low=0.5,
            high=9.5,
            source="Sharma et al. 2019: continuous annotation by joystick",
        ),
        LabelSpace(name="xed9", kind="multi", names=tuple(_XED.split()), neutral="neutral", source="Ohman et al. 2020"),
        LabelSpace(name="sims_score", kind="score", names=("sentiment",), low=-1.0, high=1.0, source="Yu et al. 2020"),
        LabelSpace(
            name="emotionlines7_votes",
            kind="distribution",
            names=("neutral", "joy", "sadness", "fear", "anger", "surprise", "disgust"),
            neutral="neutral",
            source="Chen et al. 2018: five raters",
        ),
        LabelSpace(
            name="aff_wild2_au12",
            kind="multi",
            names=("au1", "au2", "au4", "au6", "au7", "au10", "au12", "au15", "au23", "au24", "au25", "au26"),
            source="Kollias and Zafeiriou 2019: action units of the Facial Action Coding System",
        ),
        LabelSpace(
            name="mosei6_intensity",
            kind="dimensions",
            names=("happy", "sad", "anger", "surprise", "disgust", "fear"),
            low=0.0,
            high=3.0,
            source="Zadeh et al. 2018: mean intensity from 0 to 3",
        ),
    )
}


def label_space(name: str) -> LabelSpace:
    """The label space of that name. Raises `Ai4erError` that suggests the nearest."""
    if name not in LABEL_SPACES:
        raise unknown("label space", name, LABEL_SPACES)
    return LABEL_SPACES[name]
