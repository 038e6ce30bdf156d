using System.Runtime.InteropServices;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;
using CnnService.Training.Tests.Reference;
using CsCheck;
using Affine = CnnService.Training.Layers.Affine;
using Convolution = CnnService.Training.Layers.Convolution;
using Gelu = CnnService.Training.Layers.Gelu;
using Relu = CnnService.Training.Layers.Relu;
using SoftmaxLoss = CnnService.Training.Kernels.SoftmaxLoss;

namespace CnnService.Training.Tests;

/// <summary>
/// Whole networks of random layers: they compute what the reference does, and neither threads, nor company in a batch, nor other threads that
/// share the parameters change a bit.
/// </summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class NetworkTests
{
    private const double Tolerance = 1e-4; // of the largest number: some layers of float sums
    private const int Cases = 100, CasesOfBits = 12;
    private static readonly int[] ThreadCounts = [1, 2, 3, 8];

    [Fact]
    public void Training_AnyNetwork_MatchesReference() =>
        NetworkCase.Any.Where(k => k.IsClear()).Sample(
            k =>
            {
                ReferenceLayer<double>[] layers = k.Reference();
                var reference = new ReferenceNetwork<double>(layers);
                double loss = reference.Loss(k.X.Widen(), k.Labels);
                ReferenceGradients<double> expected = reference.Backward();

                Trained actual = Train(k, threads: 2);

                Assert.Equal(loss, actual.Loss, Tolerance * Math.Max(1, Math.Abs(loss)));
                double largest = expected.Parameters.Values.Append(expected.Dx.Data).Max(Largest);
                // The parts of images can cancel in every layer at once; their scores' gradients, up to 1 / N, are rounded all the same.
                double scale = Math.Max(k.Layers.OfType<BatchNorm>().Any() ? largest : 0.05 * largest, 0.002 / k.X.N);
                MustMatch(expected.Dx.Data, actual.InputGradient, scale);
                for (int i = 0; i < layers.Length; i++) LayerMustMatch(k, layers[i], i, expected, actual, scale);
            },
            iter: Cases, threads: 1);

    [Fact]
    public void Prediction_AnyNetwork_MatchesReference() =>
        NetworkCase.Any.Where(k => k.IsClear()).Sample(
            k => MustMatch(new ReferenceNetwork<double>(k.Reference()).Forward(k.X.Widen(), training: false).Data, Predict(k, k.X, k.X.N, threads: 2), scale: 1),
            iter: Cases, threads: 1);

    [Fact]
    public void Training_AnyNumberOfThreads_HasEqualBits() =>
        NetworkCase.Any.Sample(
            k =>
            {
                Trained alone = Train(k, threads: 1);
                foreach (int threads in ThreadCounts)
                {
                    Trained together = Train(k, threads);
                    Assert.Equal(alone.Loss, together.Loss);
                    MustEqual(alone.InputGradient, together.InputGradient);
                    MustEqual(alone.Gradients.Span, together.Gradients.Span);
                    MustEqual(alone.Parameters.Span, together.Parameters.Span);
                }
            },
            iter: CasesOfBits, threads: 1);

    [Fact]
    public void Prediction_AloneOrInABatch_HasEqualBits() =>
        NetworkCase.Any.Sample(
            k =>
            {
                const int count = 100;
                Tensor4<float> images = k.Images(count);
                float[] batch = Predict(k, images, count, threads: 1);
                foreach (int threads in ThreadCounts)
                {
                    MustEqual(batch, Predict(k, images, count, threads));
                    foreach (int n in (int[])[0, 1, 7, 50, 98, 99])
                    {
                        var image = new Tensor4<float>(1, images.C, images.H, images.W, images.Data[(n * images.D)..((n + 1) * images.D)]);
                        ReadOnlySpan<float> expected = batch.AsSpan(n * k.Network.Classes, k.Network.Classes);
                        MustEqual(expected, Predict(k, image, capacity: 1, threads));
                        MustEqual(expected, Predict(k, image, capacity: count, threads));
                    }
                }
            },
            iter: CasesOfBits, threads: 1);

    [Fact]
    public void Prediction_FourThreadsOnTheSameParameters_HasTheBitsOfOne() =>
        NetworkCase.Any.Sample(
            k =>
            {
                const int callers = 4, rounds = 5;
                float[] alone = Predict(k, k.X, k.X.N, threads: 1);
                float[] before = k.Parameters.Span.ToArray();
                var scores = new float[callers][][];
                using var start = new Barrier(callers);
                Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
                {
                    start.SignalAndWait();
                    scores[caller] = [.. Enumerable.Range(0, rounds).Select(_ => Predict(k, k.X, k.X.N, threads: 1 + caller % 2))];
                }))];
                foreach (Thread thread in threads) thread.Start();
                foreach (Thread thread in threads) thread.Join();

                foreach (float[] each in scores.SelectMany(each => each)) MustEqual(alone, each);
                MustEqual(before, k.Parameters.Span);
            },
            iter: CasesOfBits, threads: 1);

    [Fact]
    public void Prediction_BoundForItAlone_HasTheBitsOfAnEvaluation() =>
        NetworkCase.Any.Sample(k => MustEqual(Evaluate(k), Predict(k, k.X, k.X.N, threads: 1)), iter: CasesOfBits, threads: 1);

    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(5, false)]
    [InlineData(7, true)]
    public void Prediction_ManyFiltersBeforeANormalization_HasTheBitsOfAnEvaluation(int size, bool isPooled)
    {
        Convolution Filters(int count, int size) => new() { Filters = count, Height = size, Width = size, Padding = size / 2 };
        LayerSpec[] pool = isPooled ? [new Relu(), new MaxPool { Height = 2, Width = 2, Stride = 2 }] : [];
        var k = new NetworkCase(
            new Shape(3, 16, 18), classes: 4, images: 5, seed: 1,
            [Filters(24, 1), Filters(40, size), .. pool, new BatchNorm(), new Gelu(), new Silu(), new Affine()]);

        MustEqual(Evaluate(k), Predict(k, k.X, k.X.N, threads: 2));
        MustMatch(new ReferenceNetwork<double>(k.Reference()).Forward(k.X.Widen(), training: false).Data, Predict(k, k.X, k.X.N, threads: 2), scale: 1);
    }

    [Fact]
    public void Prediction_SmallerBatchThanTheLast_IgnoresWhatIsLeftOver() =>
        NetworkCase.Any.Sample(
            k =>
            {
                float[] expected = Predict(k, k.X, k.X.N, threads: 2);
                using var team = new Team(2);
                BoundNetwork bound = k.Network.Bind(k.Parameters, null, k.X.N + 3, team);
                bound.Input.Span.Fill(float.NaN);
                bound.Forward(new Pass(k.X.N + 3));
                k.X.Data.CopyTo(bound.Input.Span);
                bound.Forward(new Pass(k.X.N));

                MustEqual(expected, bound.Scores.Slice(0, expected.Length));
            },
            iter: CasesOfBits, threads: 1);

    private static Trained Train(NetworkCase k, int threads)
    {
        FloatBuffer parameters = new(k.Parameters.Length), gradients = new(k.Parameters.Length);
        k.Parameters.Span.CopyTo(parameters.Span);
        gradients.Span.Fill(float.NaN); // a gradient that is not written shows
        using var team = new Team(threads);
        BoundNetwork bound = k.Network.Bind(parameters, new StoredGradients(gradients), k.X.N, team, wantsInputGradient: true);
        k.X.Data.CopyTo(bound.Input.Span);
        var pass = new Pass(k.X.N, k.Noise);
        bound.Forward(pass);
        var dscores = new FloatBuffer(bound.Scores.Length);
        double loss = SoftmaxLoss.Forward(bound.Scores.Span, k.Labels, dscores.Span);
        bound.Backward(dscores, pass);
        return new(loss, bound.InputGradient!.Span.ToArray(), gradients, parameters);
    }

    private static float[] Evaluate(NetworkCase k)
    {
        using var team = new Team(2);
        BoundNetwork bound = k.Network.Bind(k.Parameters, new StoredGradients(new FloatBuffer(k.Parameters.Length)), k.X.N, team);
        k.X.Data.CopyTo(bound.Input.Span);
        bound.Forward(new Pass(k.X.N));
        return bound.Scores.Span.ToArray();
    }

    private static float[] Predict(NetworkCase k, Tensor4<float> images, int capacity, int threads)
    {
        using var team = new Team(threads);
        BoundNetwork bound = k.Network.Bind(k.Parameters, null, capacity, team);
        images.Data.CopyTo(bound.Input.Span);
        bound.Forward(new Pass(images.N));
        return bound.Scores.Slice(0, images.N * k.Network.Classes).ToArray();
    }

    /// <summary>
    /// Gradients are measured against the largest of their layer, but at least against <paramref name="scale"/>, because a few can cancel. Below a
    /// normalisation all can, as that of a bias in front of it, which is 0 up to the rounding of all that came from above.
    /// </summary>
    private static void LayerMustMatch(
        NetworkCase k, ReferenceLayer<double> layer, int index, ReferenceGradients<double> expected, Trained actual, double scale)
    {
        scale = Math.Max(scale, layer.Parameters.Select(p => Largest(expected.Parameters[$"{index}.{p.Name}"])).DefaultIfEmpty(0).Max());
        string path = $"layers.{index}.";
        foreach (PlacedParameter placed in k.Network.Layout.Parameters.Where(p => p.Name.StartsWith(path, StringComparison.Ordinal)))
        {
            string name = placed.Name[path.Length..];
            if (placed.Parameter.IsTrained) MustMatch(expected.Parameters[$"{index}.{name}"], placed.In(actual.Gradients).ToArray(), scale);
            else MustMatch(layer.Followers.Single(follower => follower.Name == name).Values, placed.In(actual.Parameters).ToArray(), 1);
        }
    }

    private static void MustMatch(double[] expected, float[] actual, double scale)
    {
        double bound = Tolerance * Math.Max(scale, Largest(expected));
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], bound);
    }

    private static double Largest(double[] values) => values.Select(Math.Abs).DefaultIfEmpty(0).Max();

    private static void MustEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.True(MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual)), "There are other bits.");

    private sealed record Trained(double Loss, float[] InputGradient, FloatBuffer Gradients, FloatBuffer Parameters);
}
