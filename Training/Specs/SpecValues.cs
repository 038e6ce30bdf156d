using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace CnnService.Training.Specs;

/// <summary>Checks the values of a spec against the ranges that its properties state.</summary>
internal static class SpecValues
{
    /// <summary>InvalidInputException for the first value out of range, with the field's JSON path.</summary>
    public static void Check(object spec, string path)
    {
        foreach (PropertyInfo property in spec.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
        {
            string field = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            string at = path.Length == 0 ? field : $"{path}.{field}";
            object? value = property.GetValue(spec);
            if (value is null) continue;
            foreach (RangeAttribute range in property.GetCustomAttributes<RangeAttribute>())
                if (!IsInside(range, value)) throw new InvalidInputException(at, $"is {Text(value)}; give a number {Describe(range)}.");
            foreach (MaxLengthAttribute most in property.GetCustomAttributes<MaxLengthAttribute>())
                if (value is ICollection list && list.Count > most.Length) throw new InvalidInputException(at, $"has {list.Count} entries; give at most {most.Length}.");
            foreach (StringLengthAttribute length in property.GetCustomAttributes<StringLengthAttribute>())
                if (value is string text && text.EnumerateRunes().Count() > length.MaximumLength) throw new InvalidInputException(at, $"is longer than {length.MaximumLength} characters; shorten it.");
            CheckInside(value, at);
        }
    }

    private static void CheckInside(object value, string path)
    {
        if (value is string) return;
        if (value is IEnumerable items)
        {
            int index = 0;
            foreach (object item in items) CheckInside(item, $"{path}[{index++}]");
        }
        else if (value.GetType().IsClass)
        {
            Check(value, path);
        }
    }

    // Double.NaN compares as smaller than every number, which a range of RangeAttribute then refuses only by luck.
    private static bool IsInside(RangeAttribute range, object value) => value is not double.NaN && range.IsValid(value);

    /// <summary>A range in words, such as "from 1 to 10000".</summary>
    public static string Describe(RangeAttribute range) =>
        (range.MinimumIsExclusive ? "above " : "from ") + Text(range.Minimum) + (range.MaximumIsExclusive ? " up to, but not, " : " to ") + Text(range.Maximum);

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
