using System.Diagnostics;
using System.Globalization;
using CnnService.Training;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Presets;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>
/// The workloads that are compared with other libraries, one line each: name, median ms, min ms, images/s, GFLOP/s, bytes allocated per step.
/// </summary>
internal static class Steps
{
    private static readonly string[] All =
    [
        "train/three-layer/50", "train/three-layer/100", "train/three-layer-500/50", "train/deep/250", "train/airbench/250", "predict/three-layer/1", "predict/three-layer/100", "gemm/1024", "peak",
    ];

    /// <summary>Runs the named workloads, or all, after an optional <c>--threads N</c>; the exit code is 2 for a name that is not known.</summary>
    public static int Run(string[] args)
    {
        int threads = Environment.ProcessorCount;
        if (args is ["--threads", string number, .. string[] rest]) (threads, args) = (int.Parse(number, CultureInfo.InvariantCulture), rest);
        Console.WriteLine($"# CnnService, threads {threads}");
        using var team = new Team(threads);
        foreach (string workload in args.Length > 0 ? args : All)
        {
            if (!All.Contains(workload))
            {
                Console.Error.WriteLine($"{workload} is not a workload; known are {string.Join(", ", All)}.");
                return 2;
            }

            string[] parts = workload.Split('/');
            switch (parts[0])
            {
                case "train": Train(workload, parts[1], Batch(parts), team); break;
                case "predict": Predict(workload, Batch(parts), team); break;
                case "gemm": Gemm(workload, Batch(parts), team); break;
                default: Peak.Run(threads); break;
            }
        }

        return 0;
    }

    private static int Batch(string[] parts) => int.Parse(parts[^1], CultureInfo.InvariantCulture);

    internal static ModelSpec Net(string name) => name switch
    {
        "three-layer" => new ThreeLayerConvNet(),
        "three-layer-500" => new ThreeLayerConvNet { HiddenUnits = 500 },
        "airbench" => Preset.Find(name)!.Fit(new PresetInput(new Shape(3, 32, 32), Classes: 10, TrainingImages: 40_000)).Model,
        _ => Deep(),
    };

    // The rule that belongs to the network, with a rate at which noise is not learned.
    internal static OptimizerSpec Rule(string net) => net == "airbench" ? new SgdMomentum { Momentum = 0.85, Nesterov = true, ShiftFactor = 64 } : new Adam();

    // The network of the CIFAR-10 speed records (airbench94): a 2x2 whitening convolution, then three groups.
    private static LayerList Deep() => new()
    {
        Layers =
        [
            new Convolution { Filters = 24, Size = 2 }, new Gelu(), .. Group(64), .. Group(256), .. Group(256),
            new MaxPool { Size = 3 }, new Affine(),
        ],
    };

    private static LayerSpec[] Group(int filters) =>
    [
        new Convolution { Filters = filters, Size = 3, Padding = 1, Bias = false }, new MaxPool { Size = 2 }, new BatchNorm(), new Gelu(),
        new Convolution { Filters = filters, Size = 3, Padding = 1, Bias = false }, new BatchNorm(), new Gelu(),
    ];

    private static void Train(string name, string net, int batch, Team team)
    {
        var network = new Network(Net(net), new Shape(3, 32, 32), 10);
        FloatBuffer parameters = network.Initialize(1), scoresGradient = new(batch * 10);
        var optimizer = new Optimizer(Rule(net), network.Layout, parameters, 0);
        BoundNetwork bound = network.Bind(parameters, optimizer, batch, team);
        FillNormal(bound.Input);
        int[] labels = [.. Enumerable.Range(0, batch).Select(n => new Chance(1, Purpose.Shuffle, 0).Below(10, (ulong)n))];
        var pass = new Pass(batch, new DropoutNoise(1));
        int iteration = 0;
        Report(name, batch, network.TrainingOperationsPerImage * (double)batch, () =>
        {
            bound.Forward(pass);
            SoftmaxLoss.Forward(bound.Scores.Span, labels, scoresGradient.Span);
            optimizer.Begin(0.001, ++iteration);
            bound.Backward(scoresGradient, pass);
            optimizer.Finish();
        });
    }

    private static void Predict(string name, int batch, Team team)
    {
        var network = new Network(new ThreeLayerConvNet(), new Shape(3, 32, 32), 10);
        BoundNetwork bound = network.Bind(network.Initialize(1), null, batch, team);
        FillNormal(bound.Input);
        float[] probabilities = new float[10];
        Report(name, batch, network.OperationsPerImage * (double)batch, () =>
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
        Report(name, n, network.OperationsPerImage * (double)n, () => bound.Forward(new Pass(n)));
    }

    internal static void FillNormal(FloatBuffer buffer)
    {
        var chance = new Chance(1, Purpose.Shapes, 0);
        for (int i = 0; i < buffer.Length; i++) buffer.Span[i] = (float)chance.Normal((ulong)i);
    }

    private static void Report(string name, int images, double flop, Action step)
    {
        var clock = Stopwatch.StartNew();
        for (int warm = 0; warm < 3 || clock.ElapsedMilliseconds < 1000; warm++) step(); // until the compiler is done with what is called often

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
