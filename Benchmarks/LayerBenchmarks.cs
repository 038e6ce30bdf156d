using BenchmarkDotNet.Attributes;
using CnnService.Training;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>One layer at a time, forward and backward, at the sizes of the three-layer net at batch 100.</summary>
[MemoryDiagnoser]
public class LayerBenchmarks : IDisposable
{
    private const int Batch = 100;
    private Team team = new(1);
    private BoundNetwork? network;
    private FloatBuffer gradient = new(0);
    private Pass pass;

    /// <summary>Layers by name; the scores' count is what the last one gives.</summary>
    [Params("convolution-relu-pool", "affine-relu", "batch-norm", "max-pool")]
    public string Layer { get; set; } = "";

    /// <summary>Threads of the team.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (Shape input, LayerSpec[] specs) = Layer switch
        {
            "convolution-relu-pool" => (new Shape(3, 32, 32), (LayerSpec[])[new Convolution { Filters = 32, Size = 7, Padding = 3 }, new Relu(), new MaxPool { Size = 2 }]),
            "affine-relu" => (Shape.Vector(8192), [new Affine { Units = 100 }, new Relu()]),
            "batch-norm" => (new Shape(32, 16, 16), [new BatchNorm()]),
            _ => (new Shape(32, 32, 32), [new MaxPool { Size = 2 }]),
        };
        team = new Team(Threads);
        var structure = new Network(new LayerList { Layers = [.. specs, new Affine()] }, input, 1);
        network = structure.Bind(structure.Initialize(1), new StoredGradients(structure.Initialize(1)), Batch, team, wantsInputGradient: Layer != "convolution-relu-pool");
        gradient = new FloatBuffer(Batch);
        gradient.Span.Fill(1);
        for (int i = 0; i < network.Input.Length; i++) network.Input.Span[i] = i % 255 / 255f - 0.5f;
        pass = new Pass(Batch, new DropoutNoise(1));
    }

    [Benchmark]
    public void Forward() => network!.Forward(pass);

    [Benchmark]
    public void ForwardAndBackward()
    {
        network!.Forward(pass);
        network.Backward(gradient, pass);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        team.Dispose();
        GC.SuppressFinalize(this);
    }
}
