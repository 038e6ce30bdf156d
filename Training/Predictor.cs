using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;

namespace CnnService.Training;

/// <summary>
/// Predicts with a model from any number of threads at once: each call takes buffers of its own, kept for the next call; after the
/// first nothing is allocated. An image gives the same bits alone and in a batch, and on every thread count.
/// </summary>
public sealed class Predictor : IDisposable
{
    private readonly Model model;
    private readonly int batchSize, threads;
    private readonly Stack<Seat> seats = []; // under its lock; a ConcurrentBag allocates for each thread that comes

    /// <summary>Prepares to predict.</summary>
    /// <param name="model">The model; it is shared, not copied.</param>
    /// <param name="batchSize">Images that go through the network together, 1 to 10,000, default 32; more are taken in turns.</param>
    /// <param name="threads">Threads that share one call's work, default 1.</param>
    public Predictor(Model model, int batchSize = 32, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchSize, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        (this.model, this.batchSize, this.threads) = (model, batchSize, threads);
    }

    /// <summary>The probabilities of each class.</summary>
    /// <param name="images">N images of bytes, each (C, H, W).</param>
    /// <param name="probabilities">Receives (N, classes).</param>
    public void Predict(ReadOnlySpan<byte> images, Span<float> probabilities)
    {
        int length = model.Network.Input.Length, classes = model.Network.Classes, count = images.Length / length;
        if (count * length != images.Length) throw new ArgumentException($"{images.Length} bytes are not whole images of {length}.", nameof(images));
        if (probabilities.Length != count * classes) throw new ArgumentException($"{count} images give {count * classes} probabilities, not {probabilities.Length}.", nameof(probabilities));

        Seat seat = Take() ?? new Seat(model, batchSize, threads);
        for (int first = 0; first < count; first += batchSize)
        {
            int batch = Math.Min(batchSize, count - first);
            for (int n = 0; n < batch; n++)
                model.Normalization.Apply(images.Slice((first + n) * length, length), seat.Network.Input.Slice(n * length, length));
            seat.Network.Forward(new Pass(batch));
            for (int n = 0; n < batch; n++)
                SoftmaxLoss.Probabilities(seat.Network.Scores.Slice(n * classes, classes), probabilities.Slice((first + n) * classes, classes));
        }

        lock (seats) seats.Push(seat);
    }

    /// <summary>The share of images whose most probable class is their label; 0 to 1, NaN for no images.</summary>
    public double Accuracy(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int right = 0;
        float[] probabilities = new float[model.Network.Classes];
        for (int i = 0; i < images.Count; i++)
        {
            Predict(images[i], probabilities);
            if (Evaluator.Highest(probabilities) == images.Labels[i]) right++;
        }

        return (double)right / images.Count;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        while (Take() is Seat seat) seat.Dispose();
    }

    private Seat? Take()
    {
        lock (seats) return seats.TryPop(out Seat? seat) ? seat : null;
    }

    private sealed class Seat : IDisposable
    {
        private readonly Team team;

        public Seat(Model model, int batchSize, int threads)
        {
            team = new Team(threads);
            Network = model.Network.Bind(model.Parameters, null, batchSize, team);
        }

        public BoundNetwork Network { get; }

        public void Dispose() => team.Dispose();
    }
}
