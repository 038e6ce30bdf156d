namespace CnnService.Training;

/// <summary>The version of the library's sums: it goes up when equal input would give other bits.</summary>
public static class Numerics
{
    /// <summary>The present version. A checkpoint of another one is refused, because the run could not go on with the same bits.</summary>
    public const int Version = 4;
}
