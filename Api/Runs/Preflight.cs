using CnnService.Training.Preflight;

namespace CnnService.Api.Runs;

/// <summary>What can be known of a run before it is queued. Times were measured just now, on this machine as busy as it is.</summary>
public sealed record Preflight
{
    /// <summary>The spec as it would be stored, with what a preset fills in.</summary>
    public required RunSpec Spec { get; init; }

    /// <summary>The layers that the model stands for.</summary>
    public required IReadOnlyList<PreflightLayer> Layers { get; init; }

    /// <summary>The number of parameters, running statistics included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of memory that the run needs: dataset, network, optimizer, and a copy of a checkpoint.</summary>
    public required long Bytes { get; init; }

    /// <summary>Seconds of an epoch with its evaluation.</summary>
    public required double SecondsPerEpoch { get; init; }

    /// <summary>Seconds from now to the end of the run, behind those that run and wait.</summary>
    public required SecondsInterval SecondsToEnd { get; init; }

    /// <summary>Its place among the runs that wait, 1 for the one that is next.</summary>
    public required int QueuePosition { get; init; }

    /// <summary>The faults that were seen in data and network; empty where there are none.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <summary>A layer of a run.</summary>
/// <param name="Path">Its place, which the names of its parameters begin with: <c>layers.3</c>.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Output">Channels, height and width of one output.</param>
/// <param name="Parameters">Its parameters, running statistics included, with those of layers inside.</param>
/// <param name="FlopsPerImage">Floating-point operations of one prediction, by the plain formula: a multiply-add counts 2; 0 where there are none.</param>
public sealed record PreflightLayer(string Path, string Type, IReadOnlyList<int> Output, long Parameters, long FlopsPerImage);

/// <summary>An interval of seconds.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The most.</param>
public sealed record SecondsInterval(double Low, double High);
