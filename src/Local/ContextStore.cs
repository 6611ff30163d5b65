using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Local;

/// <summary>
/// Named texts about a project, in <c>.orchestrator/context.json</c>: tasks name them in <c>context_keys</c> and find them in their prompts.
/// A plan's own <c>context</c> goes before.
/// </summary>
public sealed class ContextStore(string file)
{
    /// <summary>Name of the file in <c>.orchestrator</c>.</summary>
    public const string FileName = "context.json";

    /// <summary>All texts by name, sorted.</summary>
    /// <exception cref="InvalidDataException">The file is no mapping of names to texts.</exception>
    public IReadOnlyDictionary<string, string> Read()
    {
        if (!File.Exists(file))
            return new SortedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ContextJson.Default.SortedDictionaryStringString) ?? [];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is no mapping of names to texts (line {e.LineNumber + 1}). Correct or remove it.", e);
        }
    }

    /// <summary>Sets a text, or removes it when <paramref name="text"/> is null. A crash in the middle leaves the old file.</summary>
    public void Set(string name, string? text)
    {
        var texts = new SortedDictionary<string, string>(Read().ToDictionary(), StringComparer.Ordinal);
        if (text is null)
            texts.Remove(name);
        else
            texts[name] = text;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var aside = $"{file}.{Environment.ProcessId}.new";
        File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(texts, ContextJson.Readable.SortedDictionaryStringString));
        File.Move(aside, file, overwrite: true);
    }
}

[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class ContextJson : JsonSerializerContext
{
    public static ContextJson Readable { get; } = new(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
