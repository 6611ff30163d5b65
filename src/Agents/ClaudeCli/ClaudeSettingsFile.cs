using System.Text.Json.Nodes;
using Orchestrator.Agents.Hooks;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>The CLI's settings for one agent run: the ownership hook before every tool call, and deny rules that also hold where
/// permissions are skipped. The CLI silently ignores an invalid file, so a test with the real program covers it.</summary>
internal static class ClaudeSettingsFile
{
    internal const string Name = "claude-settings.json";

    internal static string Make(
        IReadOnlyList<string> hookCommand,
        string policyFile,
        IEnumerable<string> allowed,
        string? afterBatch,
        bool hasOwnRefs = false
    )
    {
        // The CLI runs hooks through a shell; a hook that fails with another exit code than 2 would let the call pass.
        var command = string.Join(' ', hookCommand.Append("--policy").Append(policyFile).Select(Quote)) + " || exit 2";
        JsonObject settings = new()
        {
            ["disableAllHooks"] = false,
            ["hooks"] = new JsonObject { ["PreToolUse"] = Hook("*", command) },
            ["permissions"] = new JsonObject
            {
                ["allow"] = new JsonArray([.. allowed.Select(rule => JsonValue.Create(rule))]),
                ["deny"] = new JsonArray([.. GitCommandRules.DenyRules(hasOwnRefs).Select(rule => JsonValue.Create(rule))]),
            },
        };
        if (afterBatch is not null)
        {
            settings["hooks"]!["PostToolBatch"] = Hook(null, afterBatch);
        }
        return settings.ToJsonString();
    }

    private static JsonArray Hook(string? matcher, string command)
    {
        JsonObject hook = new()
        {
            ["hooks"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "command",
                    ["command"] = command,
                    ["timeout"] = 60,
                }
            ),
        };
        if (matcher is not null)
        {
            hook["matcher"] = matcher;
        }
        return [hook];
    }

    /// <summary>Quotes a word for a shell.</summary>
    internal static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
