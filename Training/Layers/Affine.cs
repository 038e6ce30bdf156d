using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Affine (fully connected): y = x . w + b, over all numbers of an input in row-major order. x: (N, D), w: (D, M), b: (M), y: (N, M).
/// </summary>
/// <remarks>A ReLU that follows, and a dropout after it, are done as the sums are written.</remarks>
[SpecName("affine")]
public sealed record Affine : LayerSpec
{
    /// <summary>M, 1 to 65,536; may be left out in the last layer, whose units are the classes.</summary>
    [Range(1, 65536)]
    public int? Units { get; init; }

    /// <summary>Whether each unit adds a bias, default true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Whether weights and biases stay as they begin, default false.</summary>
    public bool Frozen { get; init; }

    internal override Shape Output(Shape input) => Shape.Vector(
        Units ?? throw new InvalidInputException("units", "affine: units may be left out in the last layer only; give a number from 1 to 65536."));

    internal override IReadOnlyList<Parameter> Parameters(Shape input)
    {
        var weight = new Parameter("weight", ParameterKind.Weight, [input.Length, Units!.Value], input.Length) { IsFrozen = Frozen };
        return Bias ? [weight, new Parameter("bias", ParameterKind.Shift, [Units.Value]) { IsFrozen = Frozen }] : [weight];
    }

    internal override LayerCost Cost(Shape input) => base.Cost(input) with { MultiplyAdds = (long)input.Length * Units!.Value };

    internal override LayerSpec Complete(int? classes) => Units is null && classes is not null ? this with { Units = classes } : this;

    internal override LayerSpec Freeze() => this with { Frozen = true };

    internal override int Absorbs(ReadOnlySpan<LayerSpec> behind) => behind is [Relu, Dropout, ..] ? 2 : behind is [Relu, ..] ? 1 : 0;

    internal override Layer Bind(LayerBinder binder)
    {
        bool relu = binder.Absorb<Relu>() is not null;
        return new AffineLayer(binder, Bias, relu, relu ? binder.Absorb<Dropout>() : null);
    }
}

/// <summary>A bound affine layer with the ReLU and the dropout that it absorbed.</summary>
internal sealed class AffineLayer : Layer
{
    private const int Rows = 64; // rows of the batch that one piece covers
    private readonly int units;
    private readonly bool relu;
    private readonly DropoutMask? mask;
    private readonly PlacedParameter weight;
    private readonly PlacedParameter? bias;
    private readonly IGradientSink? trained; // the receiver of the gradients, null where there is none
    private readonly AffineProducts[] products;
    private readonly FloatBuffer partialSums, masked, packed, biasGradient;
    private readonly int weightPieces, biasPiece;
    private readonly Action<int, int> multiply, finish, backward;
    private FloatBuffer x;
    private Pass pass;

    public AffineLayer(LayerBinder binder, bool bias, bool relu, Dropout? dropout)
        : base(binder)
    {
        (this.relu, units) = (relu, binder.Output.Length);
        (weight, this.bias) = (binder.Parameter("weight"), bias ? binder.Parameter("bias") : null);
        if (dropout is not null) mask = new DropoutMask(dropout.Keep, binder.Ordinal, units, binder.ForTraining ? binder.Capacity : 0);
        int batch = binder.ForTraining ? binder.Capacity : 0;
        products = [.. Enumerable.Range(0, Team.Size).Select(_ => new AffineProducts(batch, Input.Length, units))];
        partialSums = new FloatBuffer(Parts * binder.Capacity * Pitch);
        Output = binder.Buffer(units);
        InputGradient = binder.InputGradient();
        masked = new FloatBuffer(batch * units);
        biasGradient = new FloatBuffer(binder.ForTraining ? units : 0);
        trained = weight.Parameter.IsTrained ? Gradients : null;
        weightPieces = trained?.Expect(weight, AffineProducts.RowsFor(units) * units) ?? 0;
        if (this.bias is not null) biasPiece = trained?.Expect(this.bias, units) ?? 0;
        packed = new FloatBuffer(InputGradient is null ? 0 : (binder.Capacity + Tile.Rows) * units);
        (multiply, finish, backward) = (MultiplyPart, FinishRow, BackwardFeatures);
        x = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => relu ? null : Output; // its gradient is masked by the outputs

    public override FloatBuffer? InputGradient { get; }

    private int Parts => AffineProducts.PartsOf(Input.Length);

    private int RowGroups => (pass.Count + Rows - 1) / Rows;

    private int Pitch => MatrixProduct.RoundColumns(units);

    public override void Forward(FloatBuffer x, Pass pass)
    {
        (this.x, this.pass) = (x, pass);
        Team.Run(Parts * RowGroups, multiply);
        Team.Run(pass.Count, finish);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        (this.x, this.pass) = (x, pass);
        Mask(dy);
        if (bias is not null && trained is not null) SumBiases(trained);
        if (InputGradient is not null) AffineProducts.PackGradient(masked, pass.Count, units, packed);
        Team.Run((Input.Length + AffineProducts.Features - 1) / AffineProducts.Features, backward);
    }

    // Part by part, so that a worker meets the same features, and their weights, as in the backward pass.
    private void MultiplyPart(int piece, int worker)
    {
        int part = piece / RowGroups, first = piece % RowGroups * Rows, count = Math.Min(Rows, pass.Count - first);
        products[worker].Forward(x, Parameters, weight.Start, part, first, count, partialSums, (part * pass.Count + first) * Pitch);
    }

    private void FinishRow(int n, int worker)
    {
        Span<float> y = Output.Slice(n * units, units);
        if (bias is null) partialSums.Slice(n * Pitch, units).CopyTo(y);
        else Elementwise.Apply(default(AddOperation), bias.In(Parameters), partialSums.Slice(n * Pitch, units), y);
        for (int part = 1; part < Parts; part++)
            Elementwise.Apply(default(AddOperation), y, partialSums.Slice((part * pass.Count + n) * Pitch, units), y);
        if (relu) Elementwise.Apply(default(ReluOperation), y, y);
        if (mask is not null && pass.Noise is not null) Elementwise.Apply(default(MultiplyOperation), y, mask.Draw(pass.Noise, n), y);
    }

    // The weights' gradient comes last, as the weights may change when it is taken.
    private void BackwardFeatures(int piece, int worker)
    {
        int first = piece * AffineProducts.Features, end = Math.Min(first + AffineProducts.Features, Input.Length), rows = AffineProducts.RowsFor(units);
        if (trained is not null) products[worker].Load(x, pass.Count, first);
        if (InputGradient is not null) products[worker].InputGradient(packed, Parameters, weight.Start, pass.Count, first, InputGradient);
        if (trained is null) return;
        for (int d = first; d < end; d += rows)
            trained.Take(weightPieces + d / rows, products[worker].WeightGradient(masked, pass.Count, d - first, Math.Min(rows, end - d)));
    }

    // A dropped number is an output of 0, which the ReLU's gradient drops as well.
    private void Mask(FloatBuffer dy)
    {
        int length = pass.Count * units;
        Span<float> destination = masked.Slice(0, length);
        if (relu) Elementwise.Apply(default(ReluGradientOperation), Output.Slice(0, length), dy.Slice(0, length), destination);
        else dy.Slice(0, length).CopyTo(destination);
        if (mask is not null)
            for (int n = 0; n < pass.Count; n++) Elementwise.Apply(default(MultiplyOperation), masked.Slice(n * units, units), mask.Of(n), masked.Slice(n * units, units));
    }

    private void SumBiases(IGradientSink sink)
    {
        Span<float> db = biasGradient.Span;
        db.Clear();
        for (int n = 0; n < pass.Count; n++) Elementwise.Apply(default(AddOperation), db, masked.Slice(n * units, units), db);
        sink.Take(biasPiece, db);
    }
}
