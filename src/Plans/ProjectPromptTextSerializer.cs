using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Plans;

/// <summary>
/// Reads and writes a project's named text blocks for prompts, which outlive individual plans. They are stored as JSON in
/// <c>.orchestrator/context.json</c>.
/// </summary>
public static class ProjectPromptTextSerializer
{
    /// <summary>Name of the file with a project's named text blocks, in the folder <c>.orchestrator</c>.</summary>
    public const string FileName = "context.json";

    /// <summary>Reads the text blocks from JSON, sorted by name.</summary>
    /// <exception cref="JsonException">The bytes are not a mapping from names to texts.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, ProjectPromptTextJsonContext.Default.SortedDictionaryStringString) ?? [];

    /// <summary>Writes the text blocks as indented JSON, sorted by name.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, string> texts) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new SortedDictionary<string, string>(texts.ToDictionary(), StringComparer.Ordinal),
            ProjectPromptTextJsonContext.Readable.SortedDictionaryStringString
        );

    /// <summary>Adds the project's text blocks to the plan, for those context keys that tasks use but the plan does not define.</summary>
    public static Plan AddTo(Plan plan, IReadOnlyDictionary<string, string> texts)
    {
        string[] missing =
        [
            .. plan
                .Tasks.SelectMany(t => t.ContextKeys)
                .Distinct(StringComparer.Ordinal)
                .Where(key => !plan.Context.ContainsKey(key) && texts.ContainsKey(key)),
        ];
        return missing.Length == 0
            ? plan
            : plan with
            {
                Context = plan.Context.Concat(missing.Select(key => KeyValuePair.Create(key, texts[key]))).ToDictionary(),
            };
    }
}

[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class ProjectPromptTextJsonContext : JsonSerializerContext
{
    public static ProjectPromptTextJsonContext Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                WriteIndented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
