namespace CnnService.Training.Tensors;

/// <summary>How a parameter begins and what happens to it.</summary>
internal enum ParameterKind
{
    /// <summary>Weights: begin random, are trained and regularised.</summary>
    Weight,

    /// <summary>Biases and shifts: begin at 0, are trained.</summary>
    Shift,

    /// <summary>Scales: begin at 1, are trained.</summary>
    Scale,

    /// <summary>Running means: begin at 0, follow the batches.</summary>
    RunningMean,

    /// <summary>Running variances: begin at 1, follow the batches.</summary>
    RunningVariance,
}

/// <summary>One parameter tensor of a layer.</summary>
/// <param name="Name">Its name within a layer, such as <c>weight</c>; within a network with the path to the layer before it.</param>
/// <param name="Kind">How it begins.</param>
/// <param name="Shape">Its extents, row-major.</param>
/// <param name="FanIn">Inputs of each output, for the scale of random weights; 0 where it does not matter.</param>
internal sealed record Parameter(string Name, ParameterKind Kind, int[] Shape, int FanIn = 0)
{
    /// <summary>How it begins, if it is weights.</summary>
    public Initialization Initialization { get; init; }

    /// <summary>Whether training leaves it as it begins.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>How many numbers it has.</summary>
    public int Length => Shape.Aggregate(1, (product, extent) => checked(product * extent));

    /// <summary>Whether the optimizer moves it.</summary>
    public bool IsTrained => !IsFrozen && Kind is ParameterKind.Weight or ParameterKind.Shift or ParameterKind.Scale;
}

/// <summary>
/// Where each parameter of a network lies in the one block that holds them all; gradients and optimizer states have blocks of the same layout.
/// Each parameter begins on a cache line.
/// </summary>
internal sealed class ParameterLayout
{
    private const int Alignment = 16;
    private readonly List<PlacedParameter> parameters = [];
    private readonly Dictionary<string, PlacedParameter> byName = [];

    /// <summary>The parameters in the network's order.</summary>
    public IReadOnlyList<PlacedParameter> Parameters => parameters;

    /// <summary>Numbers of the block.</summary>
    public int Length { get; private set; }

    /// <summary>Numbers that are parameters, without the gaps between them.</summary>
    public long Count => parameters.Sum(p => (long)p.Length);

    /// <summary>Gives a parameter its place.</summary>
    public void Add(Parameter parameter)
    {
        var placed = new PlacedParameter(parameter, Length);
        byName.Add(parameter.Name, placed);
        parameters.Add(placed);
        Length = checked(Length + (parameter.Length + Alignment - 1) / Alignment * Alignment);
    }

    /// <summary>A block of fresh parameters, a pure function of the seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="deviation">The standard deviation of weights that begin as in He et al. (2015); null for theirs: sqrt(2 / inputs).</param>
    public FloatBuffer Initialize(ulong seed, double? deviation)
    {
        var block = new FloatBuffer(Length);
        foreach ((int i, PlacedParameter placed) in parameters.Index())
        {
            Span<float> values = placed.In(block);
            switch (placed.Parameter.Kind)
            {
                case ParameterKind.Weight:
                    InitialWeights.Fill(values, placed.Parameter, new Chance(seed, Purpose.Weights, (ulong)i), deviation);
                    break;
                case ParameterKind.Scale or ParameterKind.RunningVariance:
                    values.Fill(1);
                    break;
            }
        }

        return block;
    }

    /// <summary>A parameter by its name.</summary>
    public PlacedParameter this[string name] => byName[name];
}

/// <summary>A parameter with its place in the block.</summary>
/// <param name="Parameter">What it is.</param>
/// <param name="Start">Its first number in the block.</param>
internal sealed record PlacedParameter(Parameter Parameter, int Start)
{
    /// <summary>Its name in files, the path to it in the network: <c>layers.3.weight</c>.</summary>
    public string Name => Parameter.Name;

    /// <summary>How many numbers it has.</summary>
    public int Length { get; } = Parameter.Length;

    /// <summary>Its numbers in a block.</summary>
    public Span<float> In(FloatBuffer block) => block.Slice(Start, Length);

    /// <summary>Its numbers in a block, as bytes in the block's memory.</summary>
    public ReadOnlyMemory<byte> BytesIn(FloatBuffer block) => block.Bytes(Start, Length);
}
