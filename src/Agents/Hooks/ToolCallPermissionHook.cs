using System.Text.Json.Nodes;

namespace Orchestrator.Agents.Hooks;

/// <summary>Decision of the hook on a tool call.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "The hook protocol uses the word 'permission'.")]
public enum ToolCallDecisionKind
{
    /// <summary>The call is allowed.</summary>
    Allow,

    /// <summary>The call is denied.</summary>
    Deny,

    /// <summary>A permission rule of the user applies to some calls of this tool. The agent program evaluates the rule and denies all other
    /// calls.</summary>
    LeaveToRules,
}

/// <summary>Decision of the hook on a tool call, with the reason.</summary>
/// <param name="Permission">Decision.</param>
/// <param name="Reason">Reason for a refusal, shown to the model. Empty if the call is not refused.</param>
public sealed record ToolCallDecision(ToolCallDecisionKind Permission, string Reason);

/// <summary>Output and exit code of the hook program.</summary>
/// <param name="Output">Text for stdout.</param>
/// <param name="Error">Text for stderr.</param>
/// <param name="ExitCode">0 if the answer is on standard output, or 2 if the call is refused with the reason on standard error. Other codes
/// are not used, because the CLI would allow the call.</param>
public sealed record HookProcessOutput(string Output, string Error, int ExitCode);

/// <summary>
/// Ownership hook, which the agent program runs before each tool call. Reads the policy of the agent run and allows or denies the call.
/// Needs no running orchestrator. The hook only has to prevent mistakes, not attacks, because the diff is checked afterward in any case.
/// </summary>
public static class ToolCallPermissionHook
{
    private const int Refused = 2;
    private const int MostNames = 12;

    private static readonly string[] HarmlessTools =
    [
        "Read",
        "Grep",
        "Glob",
        "LS",
        "NotebookRead",
        "TodoWrite",
        "TodoRead",
        "Task",
        "Agent",
        "TaskOutput",
        "BashOutput",
        "KillShell",
        "StructuredOutput",
    ];

    /// <summary>Evaluates one tool call, and returns the output and the exit code of the hook program.</summary>
    /// <param name="input">JSON from the agent program on stdin, with <c>tool_name</c>, <c>tool_input</c> and <c>cwd</c>.</param>
    /// <param name="policyFile">The agent run's <c>policy</c> file.</param>
    /// <param name="ownership">Creates the ownership predicate for paths relative to the worktree from the policy. Not called if the agent
    /// may write all files.</param>
    public static HookProcessOutput Run(string input, string policyFile, Func<AgentRunPermissions, Func<string, bool>> ownership)
    {
        try
        {
            var policy = AgentRunPermissions.Parse(File.ReadAllText(policyFile));
            using var call = JsonDocument.Parse(input);
            var decision = Decide(policy, policy.Write is null ? _ => true : ownership(policy), call.RootElement);
            if (decision.Permission == ToolCallDecisionKind.LeaveToRules)
            {
                return new HookProcessOutput("{}", "", 0);
            }
            var isAllowed = decision.Permission == ToolCallDecisionKind.Allow;
            JsonObject answer = new()
            {
                ["hookSpecificOutput"] = new JsonObject
                {
                    ["hookEventName"] = "PreToolUse",
                    ["permissionDecision"] = isAllowed ? "allow" : "deny",
                    ["permissionDecisionReason"] = isAllowed ? "The task's policy allows this tool call." : decision.Reason,
                },
            };
            return new HookProcessOutput(answer.ToJsonString(), "", 0);
        }
        catch (Exception e)
        {
            return new HookProcessOutput(
                "",
                $"The ownership hook could not read the policy {policyFile} or the tool call, so the call is refused: {e.Message}",
                Refused
            );
        }
    }

    /// <summary>Determines whether a tool call is allowed. Reads the file system only to follow symbolic links.</summary>
    /// <param name="policy">Policy of the agent run.</param>
    /// <param name="mayWrite">Returns true for a writable path relative to the worktree.</param>
    /// <param name="call">Input of the hook.</param>
    public static ToolCallDecision Decide(AgentRunPermissions policy, Func<string, bool> mayWrite, JsonElement call)
    {
        var tool = call.Text("tool_name") ?? "";
        var input = call.Get("tool_input") ?? default;
        return tool switch
        {
            "Write" or "Edit" or "MultiEdit" => JudgeWrite(policy, mayWrite, call, input.Text("file_path")),
            "NotebookEdit" => JudgeWrite(policy, mayWrite, call, input.Text("notebook_path")),
            "Bash" => JudgeCommand(policy, input.Text("command")),
            _ when HarmlessTools.Contains(tool) || policy.AllowedTools.Any(allowed => Covers(allowed, tool)) => Allow(),
            _ when tool.Length > 0 && policy.AllowedTools.Any(rule => rule.StartsWith(tool + "(", StringComparison.Ordinal)) =>
                new ToolCallDecision(ToolCallDecisionKind.LeaveToRules, ""),
            _ => Deny($"Task {policy.Task} may not use the tool {tool}. The setting permissions.allow can permit the tool."),
        };
    }

    private static ToolCallDecision JudgeWrite(AgentRunPermissions policy, Func<string, bool> mayWrite, JsonElement call, string? path) =>
        string.IsNullOrEmpty(path)
            ? Deny("The tool call does not name a file.")
            : DecideWrite(policy, mayWrite, WorktreePathResolver.Relative(policy.Root, call.Text("cwd") ?? policy.Root, path), path);

    /// <summary>Returns a path relative to the agent's worktree with links resolved, or null if the path is outside the worktree.</summary>
    /// <exception cref="IOException">The links form a cycle.</exception>
    public static string? InWorktree(AgentRunPermissions policy, string path) =>
        WorktreePathResolver.Relative(policy.Root, policy.Root, path);

    /// <summary>Determines whether the agent may write a file.</summary>
    /// <param name="policy">Policy of the agent run.</param>
    /// <param name="mayWrite">Returns true for a writable path relative to the worktree.</param>
    /// <param name="relative">Path in the worktree, or null if it is outside.</param>
    /// <param name="path">Path as given by the agent.</param>
    public static ToolCallDecision DecideWrite(AgentRunPermissions policy, Func<string, bool> mayWrite, string? relative, string path) =>
        relative is null ? Deny($"{path} is outside the worktree {policy.Root}. Task {policy.Task} may write only inside it.")
        : WorktreePathResolver.IsGitInternal(relative) ? Deny($"{relative} belongs to git itself, so task {policy.Task} may not write it.")
        : policy.ReadOnly.Contains(relative, StringComparer.Ordinal)
            ? Deny(
                $"{relative} contains a contract that other tasks rely on, so only the orchestrator may change it. Follow "
                    + "the contract. If you can't, end as blocked and describe the contract that you need."
            )
        : mayWrite(relative) ? Allow()
        : Deny(
            $"{relative} is not owned by task {policy.Task}, which may write: {Names(policy)}. "
                + "Do the work without changing the file, or describe in your report the change that you need and the reason."
        );

    private static ToolCallDecision JudgeCommand(AgentRunPermissions policy, string? command) =>
        !policy.AllowCommands ? Deny($"Task {policy.Task} may not run commands.")
        : command is null ? Deny("The tool call does not name a command.")
        : ForbiddenGitCommandDetector.FindDenied(command, policy.HasOwnRefs) is { } reason
            ? Deny($"Task {policy.Task} may not run this command, because {reason}.")
        : Allow();

    /// <summary>True if the allowed name is the tool's own name or the name of the MCP server that provides the tool.</summary>
    private static bool Covers(string allowed, string tool) => tool == allowed || tool.StartsWith(allowed + "__", StringComparison.Ordinal);

    private static string Names(AgentRunPermissions policy)
    {
        string[] all = [.. (policy.Write ?? []).Concat(policy.Append)];
        return all.Length == 0 ? "nothing"
            : all.Length <= MostNames ? string.Join(", ", all)
            : string.Join(", ", all.Take(MostNames)) + $" and {all.Length - MostNames} more";
    }

    private static ToolCallDecision Allow() => new(ToolCallDecisionKind.Allow, "");

    private static ToolCallDecision Deny(string reason) => new(ToolCallDecisionKind.Deny, reason);
}
