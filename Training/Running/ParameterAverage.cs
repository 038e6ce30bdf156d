using CnnService.Training.Averages;
using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>The average of a run's parameters at work.</summary>
internal sealed class ParameterAverage
{
    private const int PieceLength = 1 << 14; // numbers of one piece of work
    private readonly AveragingSpec spec;
    private readonly FloatBuffer parameters;
    private readonly Team team;
    private readonly Action<int, int> follow;
    private MixOperation mix;

    /// <summary>An average that begins as the parameters are.</summary>
    /// <param name="spec">How it follows them.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="team">The threads that share the work.</param>
    public ParameterAverage(AveragingSpec spec, FloatBuffer parameters, Team team)
    {
        (this.spec, this.parameters, this.team, follow) = (spec, parameters, team, Follow);
        Values = new FloatBuffer(parameters.Length);
        parameters.Span.CopyTo(Values.Span);
    }

    /// <summary>The average, in the layout of the parameters.</summary>
    public FloatBuffer Values { get; }

    /// <summary>Follows the parameters after an iteration.</summary>
    /// <param name="done">Iterations done.</param>
    /// <param name="total">Iterations of the whole run.</param>
    public void After(long done, long total)
    {
        if (spec.Kept(done, total) is not { } kept) return;
        mix = new MixOperation((float)kept);
        team.Run((parameters.Length + PieceLength - 1) / PieceLength, follow);
    }

    private void Follow(int piece, int worker)
    {
        int first = piece * PieceLength, length = Math.Min(PieceLength, parameters.Length - first);
        Span<float> average = Values.Slice(first, length);
        Elementwise.Apply(mix, average, parameters.Slice(first, length), average);
        if (spec.LeadsTraining) average.CopyTo(parameters.Slice(first, length));
    }
}
