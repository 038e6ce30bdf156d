namespace CnnService.Training.Tensors;

/// <summary>
/// Who takes the gradients of the parameters: piece by piece, each as soon as a layer has it, while it is in the cache. How a parameter is cut depends on shapes
/// alone. A layer that has handed over a piece reads those parameters no more in that pass, so the receiver may change them.
/// </summary>
internal interface IGradientSink
{
    /// <summary>Announces pieces of <paramref name="pieceLength"/> numbers (the last may be shorter); returns the number of the first. Called while layers are bound.</summary>
    int Expect(PlacedParameter parameter, int pieceLength);

    /// <summary>Takes the gradient of one piece, once a pass, from any thread.</summary>
    void Take(int piece, ReadOnlySpan<float> gradient);
}

/// <summary>Gradients kept in a block with the layout of the parameters, for whoever wants to look at them.</summary>
internal sealed class StoredGradients(FloatBuffer block) : IGradientSink
{
    private readonly List<int> starts = [];

    public int Expect(PlacedParameter parameter, int pieceLength)
    {
        int first = starts.Count;
        for (int i = 0; i < parameter.Length; i += pieceLength) starts.Add(parameter.Start + i);
        return first;
    }

    public void Take(int piece, ReadOnlySpan<float> gradient) => gradient.CopyTo(block.Slice(starts[piece], gradient.Length));
}
