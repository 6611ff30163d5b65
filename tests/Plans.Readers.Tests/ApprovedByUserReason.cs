using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests;

/// <summary>
/// Compares output with the text that a user approved. ORCHESTRATE_APPROVE=1 writes what came out, to be looked at in the diff.
/// </summary>
internal static class ApprovedByUserReason
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A folder beside the calling test.</summary>
    public static string Folder(string relative, [CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, relative);

    public static void Check(string approvedFile, string actual)
    {
        if (Environment.GetEnvironmentVariable("ORCHESTRATE_APPROVE") == "1")
        {
            File.WriteAllText(approvedFile, actual);
        }

        Assert.True(File.Exists(approvedFile), $"{approvedFile} is missing; run the tests once with ORCHESTRATE_APPROVE=1 and look at it.");
        Assert.Equal(File.ReadAllText(approvedFile), actual);
    }

    /// <summary>Faults as people see them, then the plan without what is empty or by default.</summary>
    public static string Describe(PlanReadResult result)
    {
        var faults = string.Concat(result.Faults.Select(f => f + "\n"));
        return result.Plan is null ? faults : faults + Prune(JsonNode.Parse(PlanJson.Write(result.Plan)))!.ToJsonString(Indented) + "\n";
    }

    private static JsonNode? Prune(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray { Count: 0 }:
                return null;
            case JsonArray array:
                return new JsonArray([.. array.Select(item => Prune(item?.DeepClone()))]);
            case JsonObject map:
                var kept = new JsonObject();
                foreach ((var key, var value) in map)
                {
                    var meaningful =
                        key is "files_write" or "files_read"
                        || value is not (JsonArray { Count: 0 } or JsonObject { Count: 0 })
                            && value?.ToJsonString() is not ("false" or "\"pending\"");
                    if (meaningful)
                    {
                        kept[key] = key is "files_write" or "files_read" ? value?.DeepClone() : Prune(value?.DeepClone());
                    }
                }

                return kept;
            default:
                return node;
        }
    }
}
