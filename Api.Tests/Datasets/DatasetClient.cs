using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CnnService.Api.Tests.Datasets;

/// <summary>The requests of a client of the datasets, over HTTP.</summary>
internal static class DatasetClient
{
    /// <summary>Posts a file under a name.</summary>
    public static async Task<HttpResponseMessage> UploadAsync(
        this HttpClient client, string name, byte[] file, string fileName = "pictures.zip", bool? resize = null, params (string Name, string Text)[] parts)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", fileName }, { new StringContent(name), "name" } };
        if (resize is { } value) form.Add(new StringContent(value ? "true" : "false"), "resize");
        foreach ((string part, string text) in parts) form.Add(new StringContent(text), part);
        return await client.PostAsync("/api/datasets", form, TestContext.Current.CancellationToken);
    }

    /// <summary>The report on a file that must be taken, under a name of its own.</summary>
    public static Task<JsonElement> TakeAsync(this HttpClient client, byte[] file, string fileName = "a.zip", bool resize = false) =>
        client.UploadAsync($"foreign-{Guid.NewGuid():n}", file, fileName, resize).JsonAsync(HttpStatusCode.Created);

    /// <summary>The classes of a report with their training and test images: "cats 3 0, dogs 2 1".</summary>
    public static string Classes(this JsonElement report) => string.Join(", ", report.GetProperty("classes").EnumerateArray()
        .Select(found => $"{found.GetProperty("label").GetString()} {found.GetProperty("train").GetInt32()} {found.GetProperty("test").GetInt32()}"));

    /// <summary>The files that an answer says are refused, with the reasons.</summary>
    public static Dictionary<string, string> Refused(this JsonElement answer) => answer.GetProperty("refused").EnumerateArray()
        .ToDictionary(file => file.GetProperty("file").GetString()!, file => file.GetProperty("reason").GetString()!);

    /// <summary>The codes of a report's warnings.</summary>
    public static IEnumerable<string> Warnings(this JsonElement report) =>
        report.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetProperty("code").GetString()!);

    /// <summary>The words of a report's warning of that code, of which there must be one.</summary>
    public static string WarningOf(this JsonElement report, string code) => report.GetProperty("warnings").EnumerateArray()
        .Single(known => known.GetProperty("code").GetString() == code).GetProperty("detail").GetString()!;

    /// <summary>The JSON of an answer, which must have the status.</summary>
    public static async Task<JsonElement> JsonAsync(this Task<HttpResponseMessage> sending, HttpStatusCode status)
    {
        using HttpResponseMessage response = await sending;
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The JSON at an address that is there.</summary>
    public static Task<JsonElement> GetJsonAsync(this HttpClient client, string address) =>
        client.GetFromJsonAsync<JsonElement>(address, TestContext.Current.CancellationToken);

    /// <summary>The detail of a problem, which must have the status and name the field, and give nothing away of the program's inside.</summary>
    public static async Task<string> ProblemAsync(this Task<HttpResponseMessage> sending, int status, string? field = null)
    {
        HttpResponseMessage response = await sending;
        JsonElement problem = await sending.JsonAsync((HttpStatusCode)status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        if (field is not null) Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), $"{problem}");
        Assert.DoesNotMatch(@"System\.|CnnService\.|Exception|SELECT|/tmp/|   at ", problem.ToString());
        return problem.GetProperty("detail").GetString()!;
    }
}
