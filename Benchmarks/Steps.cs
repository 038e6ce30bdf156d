using System.Diagnostics;
using CnnService.Training;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>
/// The workloads that are compared with other libraries, one line each: name, median ms, min ms, images/s, GFLOP/s, bytes allocated per step.
/// </summary>
internal static class Steps
{
    private static readonly string[] All =
    [
        "train/three-layer/50", "train/three-layer/100", "train/three-layer-500/50", "predict/three-layer/1", "predict/three-layer/100", "gemm/1024", "peak",
    ];

    /// <summary>Runs the named workloads, or all.</summary>
    public static void Run(string[] workloads, int threads)
    {
        Console.WriteLine($"# CnnService, threads {threads}");
        using var team = new Team(threads);
        foreach (string workload in workloads.Length > 0 ? workloads : All)
        {
            string[] parts = workload.Split('/');
            switch (parts[0])
            {
                case "train": Train(workload, HiddenUnits(parts[1]), int.Parse(parts[2]), team); break;
                case "predict": Predict(workload, int.Parse(parts[2]), team); break;
                case "gemm": Gemm(workload, int.Parse(parts[1]), team); break;
                case "peak": Peak.Run(threads); break;
                default: throw new ArgumentException($"Unknown workload {workload}; known are {string.Join(", ", All)}.");
            }
        }
    }

    private static int HiddenUnits(string net) => net switch
    {
        "three-layer" => 100,
        "three-layer-500" => 500,
        _ => throw new ArgumentException($"Unknown network {net}."),
    };

    // Multiply-adds counted as 2: forward, weight gradients, and input gradients except the image's.
    private static double FlopPerImage(int hiddenUnits) => hiddenUnits == 100 ? 24.2e6 : 43.9e6;

    private static void Train(string name, int hiddenUnits, int batch, Team team)
    {
        var network = new Network(new ThreeLayerConvNet { HiddenUnits = hiddenUnits }, new Shape(3, 32, 32), 10);
        FloatBuffer parameters = network.Initialize(1), gradients = new(network.Layout.Length), scoresGradient = new(batch * 10);
        BoundNetwork bound = network.Bind(parameters, gradients, batch, team);
        var optimizer = new Optimizer(new Adam(), network.Layout, parameters, gradients, 0, team);
        FillNormal(bound.Input);
        int[] labels = [.. Enumerable.Range(0, batch).Select(n => new Chance(1, Purpose.Shuffle, 0).Below(10, (ulong)n))];
        var pass = new Pass(batch, new DropoutNoise(1));
        int iteration = 0;
        Report(name, batch, FlopPerImage(hiddenUnits) * batch, () =>
        {
            bound.Forward(pass);
            SoftmaxLoss.Forward(bound.Scores.Span, labels, scoresGradient.Span);
            bound.Backward(scoresGradient, pass);
            optimizer.Step(0.001, ++iteration);
        });
    }

    private static void Predict(string name, int batch, Team team)
    {
        var network = new Network(new ThreeLayerConvNet(), new Shape(3, 32, 32), 10);
        BoundNetwork bound = network.Bind(network.Initialize(1), null, batch, team);
        FillNormal(bound.Input);
        float[] probabilities = new float[10];
        Report(name, batch, 11.3e6 * batch, () =>
        {
            bound.Forward(new Pass(batch));
            for (int n = 0; n < batch; n++) SoftmaxLoss.Probabilities(bound.Scores.Slice(n * 10, 10), probabilities);
        });
    }

    private static void Gemm(string name, int n, Team team)
    {
        var network = new Network(new LayerList { Layers = [new Affine()] }, Shape.Vector(n), n);
        BoundNetwork bound = network.Bind(network.Initialize(1), null, n, team);
        FillNormal(bound.Input);
        Report(name, n, 2.0 * n * n * n, () => bound.Forward(new Pass(n)));
    }

    private static void FillNormal(FloatBuffer buffer)
    {
        var chance = new Chance(1, Purpose.Shapes, 0);
        for (int i = 0; i < buffer.Length; i++) buffer.Span[i] = (float)chance.Normal((ulong)i);
    }

    private static void Report(string name, int images, double flop, Action step)
    {
        var clock = Stopwatch.StartNew();
        for (int warm = 0; warm < 3 || (clock.ElapsedMilliseconds < 500 && warm < 200); warm++) step();

        var milliseconds = new List<double>(400);
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        clock.Restart();
        while (milliseconds.Count < 7 || (clock.ElapsedMilliseconds < 4000 && milliseconds.Count < 400))
        {
            long start = Stopwatch.GetTimestamp();
            step();
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        int steps = milliseconds.Count;
        milliseconds.Sort();
        double median = milliseconds[steps / 2];
        Console.WriteLine(FormattableString.Invariant(
            $"{name}\t{median:F3}\t{milliseconds[0]:F3}\t{images / median * 1000:F0}\t{flop / median / 1e6:F1}\t{(double)allocated / steps:F0}"));
    }
}
