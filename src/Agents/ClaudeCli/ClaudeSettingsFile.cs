using System.Text.Json.Nodes;
using Orchestrator.Agents.Hooks;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>CLI settings for a single agent run: the ownership hook before every tool call, and deny rules that apply even with skipped
/// permissions. The CLI silently ignores an invalid file, so a test with the real program covers it.</summary>
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
        // The CLI runs hooks through a shell. A hook that fails with an exit code other than 2 would allow the call.
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
