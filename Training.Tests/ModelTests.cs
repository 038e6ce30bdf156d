using System.Text;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

[Trait(Suite.Name, Suite.Kernels)]
public sealed class ModelTests
{
    [Fact]
    public void Read_WrittenModel_HasTheSameBytesAndPredictions()
    {
        Model model = CreateModel();
        byte[] file = model.ToArray();

        Model read = Model.Read(file);

        Assert.Equal(file, read.ToArray());
        Assert.Equal(["a", "b", "c", "d"], read.Labels);
        Assert.Equal(Predict(model, 3), Predict(read, 3));
    }

    [Fact]
    public void ToArray_Tensors_HaveTheNetworksOrderAndNames() =>
        Assert.Equal(
            [
                "layers.0.weight", "layers.0.bias", "layers.3.weight", "layers.3.bias",
                "layers.4.weight", "layers.5.scale", "layers.5.shift", "layers.5.runningMean", "layers.5.runningVariance",
                "layers.10.weight", "layers.10.bias", "layers.11.scale", "layers.11.shift", "layers.11.runningMean", "layers.11.runningVariance",
                "layers.13.weight", "layers.13.bias", "layers.16.weight", "layers.16.bias",
            ],
            Safetensors.Read(CreateModel().ToArray()).Tensors.Select(tensor => tensor.Name));

    [Theory]
    [InlineData("formatVersion", "2")]
    [InlineData("spec", """{"type":"layers","layers":[{"type":"affine"}]}""")]
    [InlineData("spec", "{")]
    [InlineData("labels", "[]")]
    [InlineData("labels", "7")]
    [InlineData("input", "[3,9]")]
    [InlineData("input", "[3,9,-8]")]
    [InlineData("mean", "[0]")]
    [InlineData("standardDeviation", "[1,0,1]")]
    public void Read_ChangedMetadata_IsRefused(string field, string value)
    {
        Safetensors file = Safetensors.Read(CreateModel().ToArray());
        file.Metadata[field] = value;

        Assert.Throws<InvalidInputException>(() => Model.Read(file.ToArray()));
    }

    [Fact]
    public void Read_NotAModel_IsRefused() => Assert.Throws<InvalidInputException>(() => Model.Read(Encoding.UTF8.GetBytes("not a model at all")));

    [Fact]
    public void Predict_ImageAloneAndInABatchOf100_GivesTheSameBits()
    {
        Model model = CreateModel();
        float[] together = Predict(model, 100);
        float[] alone = new float[4];
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            using var predictor = new Predictor(model, batchSize: 7, threads);
            for (int n = 0; n < 100; n += 9)
            {
                predictor.Predict(Image(n), alone);
                Assert.Equal(together[(n * 4)..(n * 4 + 4)], alone);
            }
        }
    }

    [Fact]
    public void Predict_FromManyThreads_GivesTheSameBits()
    {
        Model model = CreateModel();
        float[] expected = Predict(model, 40);
        using var predictor = new Predictor(model, batchSize: 4);
        int wrong = 0;

        Parallel.For(0, 200, i =>
        {
            float[] probabilities = new float[4];
            predictor.Predict(Image(i % 40), probabilities);
            if (!probabilities.AsSpan().SequenceEqual(expected.AsSpan(i % 40 * 4, 4))) Interlocked.Increment(ref wrong);
        });

        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Predict_AfterTheFirst_AllocatesNothingOnAnyThread(int threads)
    {
        using var predictor = new Predictor(CreateModel(), batchSize: 4, threads);
        (byte[] images, float[] probabilities) = ([.. Enumerable.Range(0, 6).SelectMany(Image)], new float[6 * 4]);
        predictor.Predict(images, probabilities);
        long onThis = Allocated(), onAnother = -1;
        var another = new Thread(() => onAnother = Allocated());
        another.Start();
        another.Join();

        Assert.Equal((0, 0), (onThis, onAnother));

        long Allocated() => Allocations.LeastOf(20, () => predictor.Predict(images, probabilities));
    }

    [Fact]
    public void Predict_Probabilities_SumTo1()
    {
        float[] probabilities = Predict(CreateModel(), 5);

        Assert.All(probabilities.Chunk(4), row => Assert.Equal(1, row.Sum(), 1e-5f));
    }

    [Fact]
    public void Predict_WrongLengths_Throw()
    {
        using var predictor = new Predictor(CreateModel());

        Assert.Throws<ArgumentException>(() => predictor.Predict(new byte[SmallRuns.Images.Length - 1], new float[4]));
        Assert.Throws<ArgumentException>(() => predictor.Predict(new byte[SmallRuns.Images.Length], new float[5]));
    }

    [Fact]
    public void Accuracy_OfASet_IsTheShareOfRightAnswers()
    {
        Model model = CreateModel();
        using var predictor = new Predictor(model);
        int[] answers = [.. Predict(model, 10).Chunk(4).Select(row => Predictor.ClassOf(row))];
        int[] labels = [.. answers.Select((answer, i) => i < 7 ? answer : (answer + 1) % 4)];

        Assert.Equal(0.7, predictor.Accuracy(new ImageSet(SmallRuns.Images, Enumerable.Range(0, 10).Select(n => (ReadOnlyMemory<byte>)Image(n)), labels)));
    }

    private static Model CreateModel()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec);
        Assert.Equal(8, trainer.Run(TestContext.Current.CancellationToken).Take(8).Count());
        return trainer.LastModel();
    }

    private static float[] Predict(Model model, int count)
    {
        using var predictor = new Predictor(model, batchSize: count);
        float[] probabilities = new float[count * 4];
        predictor.Predict(Enumerable.Range(0, count).SelectMany(Image).ToArray(), probabilities);
        return probabilities;
    }

    private static byte[] Image(int n) =>
        [.. Enumerable.Range(0, SmallRuns.Images.Length).Select(i => (byte)(new Chance(9, Purpose.Shapes, (ulong)n).Below(3, (ulong)i)))];
}
