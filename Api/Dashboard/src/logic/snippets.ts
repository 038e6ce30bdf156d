/** A way to call a run from a program. */
export interface Snippet {
  name: string;
  title: string;
  /** What is needed to run it. */
  hint: string;
  code: string;
}

const keyPlace = 'YOUR-KEY';

/**
 * A prediction of picture.png by a run, in several languages.
 *
 * @param address - The address of the run in the API.
 * @param withKey - Whether the service asks for a key.
 */
export const snippets = (address: string, withKey: boolean): Snippet[] => [
  {
    name: 'curl',
    title: 'curl',
    hint: 'In any shell; Windows PowerShell 5 wants curl.exe in the place of curl. PNG, JPEG, WebP, BMP and GIF are known by their bytes.',
    code: `curl ${withKey ? `-H "X-Api-Key: ${keyPlace}" ` : ''}-F "file=@picture.png" "${address}/predict?topK=3"`,
  },
  {
    name: 'powershell',
    title: 'PowerShell',
    hint: 'In PowerShell 5 and 7, on all systems.',
    code: `$answer = Invoke-RestMethod -Method Post -Uri "${address}/predict?topK=3" \`
    -InFile picture.png -ContentType image/png${withKey ? ` \`\n    -Headers @{ 'X-Api-Key' = '${keyPlace}' }` : ''}
$answer.predictions[0].top | Format-Table label, probability`,
  },
  {
    name: 'csharp',
    title: 'C#',
    hint: 'Save it as predict.cs, and run it by: dotnet run predict.cs',
    code: `using System.Net.Http.Headers;
using System.Text.Json;

using var client = new HttpClient();
${withKey ? `client.DefaultRequestHeaders.Add("X-Api-Key", "${keyPlace}");\n` : ''}using var picture = new ByteArrayContent(File.ReadAllBytes("picture.png"));
picture.Headers.ContentType = new MediaTypeHeaderValue("image/png");
using HttpResponseMessage answer = await client.PostAsync("${address}/predict?topK=3", picture);
string text = await answer.Content.ReadAsStringAsync();
if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(text);
using JsonDocument json = JsonDocument.Parse(text);
foreach (JsonElement guess in json.RootElement.GetProperty("predictions")[0].GetProperty("top").EnumerateArray())
    Console.WriteLine($"{guess.GetProperty("label")}: {guess.GetProperty("probability").GetDouble():P1}");`,
  },
  {
    name: 'javascript',
    title: 'JavaScript',
    hint: 'Save it as predict.mjs, and run it by Node.js 20 or newer: node predict.mjs. In a browser, take a File in the place of the Blob.',
    code: `import { readFile } from 'node:fs/promises';

const form = new FormData();
form.append('file', new Blob([await readFile('picture.png')]), 'picture.png');
const answer = await fetch('${address}/predict?topK=3', {
  method: 'POST',${withKey ? `\n  headers: { 'X-Api-Key': '${keyPlace}' },` : ''}
  body: form,
});
if (!answer.ok) throw new Error(await answer.text());
const { predictions } = await answer.json();
for (const { label, probability } of predictions[0].top) console.log(label, probability);`,
  },
];

/** Reads a file of parameters in C#. */
export const parameterReader = (file: string): string => `using System.Runtime.InteropServices;
using System.Text.Json;

byte[] file = File.ReadAllBytes("${file}");
int header = (int)BitConverter.ToInt64(file);
using JsonDocument json = JsonDocument.Parse(file.AsMemory(8, header));
foreach (JsonProperty tensor in json.RootElement.EnumerateObject().Where(part => part.Name != "__metadata__"))
{
    int[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
    int[] ends = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(end => end.GetInt32())];
    Span<byte> bytes = file.AsSpan(8 + header)[ends[0]..ends[1]];
    float[] values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    Console.WriteLine($"{tensor.Name} ({string.Join(" x ", shape)}): {values.Length} numbers");
}`;
