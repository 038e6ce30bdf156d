using System.Diagnostics;
using System.Reflection;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests;

/// <summary>The build of the library, in whatever configuration the tests run.</summary>
public sealed class BuildTests
{
    [Fact]
    public void Library_InEveryConfiguration_IsOptimized() =>
        Assert.False(typeof(InvalidInputException).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled ?? false);

#if DEBUG
    [Fact]
    public void Library_BuiltForDebugging_KeepsItsAssertions() => Assert.Contains(
        typeof(InvalidInputException).Assembly.GetTypes().SelectMany(CompiledCode.Methods).SelectMany(CompiledCode.MembersInBody),
        called => called.DeclaringType == typeof(Debug) && called.Name == nameof(Debug.Assert));
#endif
}
