using CnnService.Training.Datasets;
using CnnService.Training.Kernels;

namespace CnnService.Training.Running;

/// <summary>Puts the images of a batch into a network's input, shared out to the team image by image. Nothing is allocated per batch.</summary>
internal sealed class BatchInput
{
    private readonly BoundNetwork network;
    private readonly Team team;
    private readonly int[] indices, labels;
    private readonly Action<int, int> copy;
    private LabelledImages? images;

    public BatchInput(BoundNetwork network, Team team)
    {
        (this.network, this.team) = (network, team);
        (indices, labels) = (new int[network.Capacity], new int[network.Capacity]);
        copy = Copy;
    }

    /// <summary>Images of the batch that is in place.</summary>
    public int Count { get; private set; }

    /// <summary>Their class indices.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Count);

    /// <summary>Puts the chosen images in place, at most as many as the network's capacity.</summary>
    public void Fill(LabelledImages images, ReadOnlySpan<int> batch)
    {
        this.images = images;
        Count = batch.Length;
        batch.CopyTo(indices);
        team.Run(Count, copy);
    }

    private void Copy(int n, int worker)
    {
        labels[n] = images!.Label(indices[n]);
        images.CopyTo(indices[n], network.Input.Slice(n * images.Shape.Length, images.Shape.Length));
    }
}
