namespace CnnService.Training.Tests;

/// <summary>Cases of kinds, of which one file describes each: they are found by their base class.</summary>
internal static class Cases
{
    /// <summary>One of each class that can be made, in ordinal order of the names.</summary>
    public static IReadOnlyList<TCase> Find<TCase>(Func<TCase, string> name) =>
    [
        .. typeof(TCase).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(TCase)) && !type.IsAbstract)
            .Select(type => (TCase)Activator.CreateInstance(type)!)
            .OrderBy(name, StringComparer.Ordinal),
    ];
}
