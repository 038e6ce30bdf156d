using CnnService.Training.Augmentations;
using CnnService.Training.Kernels;
using CnnService.Training.Reference;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;
using CsCheck;

namespace CnnService.Training.Tests.AugmentationCases;

/// <summary>What holds for every augmentation.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class AugmentationCaseTests
{
    private const int Cases = 100, Iterations = 13; // of 6 an epoch
    private const int Recorded = 5;

    public static TheoryData<string> Kinds => [.. AugmentationCase.All.Select(found => found.Name)];

    [Fact]
    public void EveryAugmentation_HasACase() =>
        Assert.Equal(SpecJson.KindsOf(typeof(AugmentationSpec)).Keys, AugmentationCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_ToAnyImage_MatchesReference(string kind) =>
        Gen.Select(Gen.Int[0, AugmentationCase.LastNumber], Gen.Int[1, 3], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 1_000_000], Gen.Int[0, 9]).Sample(
            drawn =>
            {
                (int number, int channels, int height, int width, int seed, int epoch) = drawn;
                AugmentationSpec augmentation = Case(kind).Draw(number);
                var chance = new SightingChance((ulong)seed, Place: number % 3, Image: seed % 1000, epoch);
                Tensor4<float> x = RandomTensors.Tensor(seed, 1, channels, height, width);
                Tensor4<double> expected = Case(kind).Reference(augmentation, chance, x.Widen());

                float[] actual = Applied(augmentation, chance, x);

                Assert.All(actual.Zip(expected.Data), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
            },
            iter: Cases, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_ToOneImage_DependsOnSeedPlaceImageAndEpochAlone(string kind)
    {
        AugmentationSpec augmentation = Case(kind).Draw(Recorded);
        Tensor4<float> x = RandomTensors.Tensor(1, 1, 3, 12, 14);
        string[] Seen(Func<int, SightingChance> chance) => [.. Enumerable.Range(0, 40).Select(i => string.Join(' ', Applied(augmentation, chance(i), x)))];
        string[] once = Seen(i => new SightingChance(7, 0, i, 3));

        Assert.Equal(once, Seen(i => new SightingChance(7, 0, i, 3)));
        Assert.True(once.Distinct().Count() > 1, "Every image is changed in the same way.");
        Assert.NotEqual(once, Seen(i => new SightingChance(8, 0, i, 3)));
        Assert.NotEqual(once, Seen(i => new SightingChance(7, 1, i, 3)));
        Assert.NotEqual(once, Seen(i => new SightingChance(7, 0, i, 4)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_AnyAugmentation_SurvivesTheRoundTrip(string kind) => Assert.All(
        Enumerable.Range(0, AugmentationCase.LastNumber + 1).Select(Case(kind).Draw),
        augmentation => Assert.Equal(augmentation, SpecJson.Read<AugmentationSpec>(SpecJson.Write(augmentation))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_OnAnyThreadsOrCaptured_HasTheRecordedBits(string kind)
    {
        TrainingSpec spec = SmallRuns.Spec with { Augmentations = [Case(kind).Draw(Recorded)] };
        RecordedBits.MustBe(Case(kind).RecordedSha256, spec, Iterations);
    }

    [Fact]
    public void AlternatingFlip_InTwoEpochsInARow_ShowsBothSidesOfEachImage()
    {
        Tensor4<float> x = RandomTensors.Tensor(1, 1, 1, 2, 5);
        float[] mirrored = [.. x.Data.Chunk(5).SelectMany(row => row.Reverse())];
        int first = 0;
        for (int image = 0; image < 1000; image++)
        {
            float[][] seen = [.. Enumerable.Range(0, 4).Select(epoch => Applied(new Flip { Mode = FlipMode.Alternating }, new SightingChance(1, 0, image, epoch), x))];
            bool isFirst = seen[0].SequenceEqual(mirrored);
            first += isFirst ? 1 : 0;
            Assert.Equal(isFirst ? [mirrored, x.Data, mirrored, x.Data] : (float[][])[x.Data, mirrored, x.Data, mirrored], seen);
        }

        Assert.InRange(first, 430, 570); // half of them, within four and a half standard deviations
    }

    [Fact]
    public void Translate_ARow_MirrorsItAtTheEdgesAsWasWrittenByHand()
    {
        var x = new Tensor4<float>(1, 1, 1, 4, [1, 2, 3, 4]);
        string[] seen = [.. Enumerable.Range(0, 200).Select(image => string.Join(' ', Applied(new Translate(), new SightingChance(1, 0, image, 0), x))).Distinct().Order()];
        Assert.Equal(["1 2 3 4", "2 1 2 3", "2 3 4 3", "3 2 1 2", "3 4 3 2"], seen);
    }

    [Fact]
    public void Batch_ThatIsMeasured_IsAsItIsAndOneThatIsLearnedFromIsAugmented()
    {
        var network = new Network(SmallRuns.EveryLayer, SmallRuns.Images, 4);
        using var team = new Team(2);
        BoundNetwork bound = network.Bind(network.Initialize(1), null, capacity: 3, team);
        var input = new BatchInput(bound, team, [new Brightness { Amount = 2 }, new Cutout { Size = 5 }], seed: 1);
        float[] plain = new float[bound.Input.Length];
        foreach ((int place, int image) in ((int[])[7, 0, 20]).Index())
            SmallRuns.Data.Training.CopyTo(image, plain.AsSpan(place * SmallRuns.Images.Length, SmallRuns.Images.Length));

        input.Fill(SmallRuns.Data.Training, [7, 0, 20], View.AsItIs);
        Assert.Equal(plain, bound.Input.Span.ToArray());

        input.Fill(SmallRuns.Data.Training, [7, 0, 20], epoch: 0);
        float[] seen = bound.Input.Span.ToArray();
        Assert.All(plain.Chunk(SmallRuns.Images.Length).Zip(seen.Chunk(SmallRuns.Images.Length)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal([SmallRuns.Data.Training.Label(7), SmallRuns.Data.Training.Label(0), SmallRuns.Data.Training.Label(20)], input.Labels.ToArray());

        input.Fill(SmallRuns.Data.Training, [7, 0, 20], epoch: 0);
        Assert.Equal(seen, bound.Input.Span.ToArray());
    }

    private static float[] Applied(AugmentationSpec augmentation, SightingChance chance, Tensor4<float> x)
    {
        float[] image = [.. x.Data];
        augmentation.Apply(chance, new Shape(x.C, x.H, x.W), image, new float[image.Length]);
        return image;
    }

    private static AugmentationCase Case(string kind) => AugmentationCase.All.Single(found => found.Name == kind);
}
