using BenchmarkDotNet.Attributes;
using CnnService.Training;
using CnnService.Training.Optimizers;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Benchmarks;

/// <summary>One step of each update rule over the large weights of the three-layer net.</summary>
[MemoryDiagnoser]
public class UpdateBenchmarks
{
    private const int PieceLength = 12_800; // as the large affine layer hands them over
    private Optimizer? optimizer;
    private FloatBuffer gradients = new(0);
    private int pieces;
    private long iteration;

    /// <summary>The rule's name in JSON.</summary>
    [Params("sgd", "sgd-momentum", "rmsprop", "adam")]
    public string Rule { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var network = new Network(new ThreeLayerConvNet(), new Shape(3, 32, 32), 10);
        OptimizerSpec spec = SpecJson.Read<OptimizerSpec>($$"""{"type":"{{Rule}}"}""");
        gradients = network.Initialize(2);
        optimizer = new Optimizer(spec, network.Layout, network.Initialize(1), 0.001);
        PlacedParameter weights = network.Layout["layers.3.weight"];
        pieces = weights.Length / PieceLength;
        optimizer.Expect(weights, PieceLength);
    }

    [Benchmark]
    public double Step()
    {
        optimizer!.Begin(0.001, ++iteration);
        for (int piece = 0; piece < pieces; piece++) optimizer.Take(piece, gradients.Slice(piece * PieceLength, PieceLength));
        return optimizer.SquaredWeights;
    }
}
