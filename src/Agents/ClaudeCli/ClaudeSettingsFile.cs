using System.Text.Json.Nodes;
using Orchestrator.Agents.Hooks;

namespace Orchestrator.Agents.ClaudeCli;

/// <summary>
/// Builds the CLI settings file of an agent run. The file configures the ownership hook, which the CLI runs before every tool call, and
/// deny rules that apply even if permission prompts are skipped. Because the CLI silently ignores an invalid file, tests check the file
/// with the real program.
/// </summary>
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
        // The CLI runs hooks through a shell. The CLI allows the tool call if a hook fails with an exit code other than 2.
        var command = string.Join(' ', hookCommand.Append("--policy").Append(policyFile).Select(Quote)) + " || exit 2";
        JsonObject settings = new()
        {
            ["disableAllHooks"] = false,
            ["hooks"] = new JsonObject { ["PreToolUse"] = Hook("*", command) },
            ["permissions"] = new JsonObject
            {
                ["allow"] = new JsonArray([.. allowed.Select(rule => JsonValue.Create(rule))]),
                ["deny"] = new JsonArray([.. ForbiddenGitCommandDetector.DenyRules(hasOwnRefs).Select(rule => JsonValue.Create(rule))]),
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
