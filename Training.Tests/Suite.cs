namespace CnnService.Training.Tests;

/// <summary>
/// Names for <c>[Trait(Suite.Name, Suite.Kernels)]</c>: tests whose results could depend on the instruction set or the C library.
/// <c>.ci/run</c> runs them again under each switch that InstructionSetTests knows, with <c>-trait Suite=Kernels</c>.
/// </summary>
internal static class Suite
{
    public const string Name = nameof(Suite), Kernels = nameof(Kernels);
}
