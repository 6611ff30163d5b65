using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Agents.Hooks;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Hooks;

public sealed class ToolCallPermissionHookTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _root;

    public ToolCallPermissionHookTests() => _root = _folder.Folder("worktree");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("src/a.txt", true)]
    [InlineData("./src//a.txt", true)]
    [InlineData("src/new/deep.txt", true)]
    [InlineData("docs/../src/a.txt", true)]
    [InlineData("other.txt", false)]
    [InlineData("src/../other.txt", false)]
    [InlineData("../outside.txt", false)]
    [InlineData("../worktree-2/src/a.txt", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("src/.git/config", false)]
    [InlineData(".GIT/hooks/pre-commit", false)]
    [InlineData("", false)]
    public void Write_ToAPath_IsAllowedOnlyWhereItIsOwned(string path, bool expected)
    {
        var decision = Decide("Write", new { file_path = path });

        Assert.Equal(expected, IsAllowed(decision));
        Assert.Equal(expected, decision.Reason.Length == 0);
    }

    [Theory]
    [InlineData("Edit", "file_path")]
    [InlineData("MultiEdit", "file_path")]
    [InlineData("NotebookEdit", "notebook_path")]
    public void WritingTool_UnownedFile_IsDeniedWithFileAndOwner(string tool, string member)
    {
        var decision = Decide(tool, new Dictionary<string, string> { [member] = Path.Combine(_root, "other.txt") });

        Assert.False(IsAllowed(decision));
        Assert.Contains("other.txt is not owned by task T1, which may write: src/**, log.md", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ThroughSymbolicLinks_IsJudgedByWhereTheyLead()
    {
        _folder.Folder("worktree/src");
        _folder.Folder("elsewhere");
        File.CreateSymbolicLink(Path.Combine(_root, "src/out"), _folder["elsewhere"]);
        File.CreateSymbolicLink(Path.Combine(_root, "src/passwd"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(_root, "src/loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(_root, "alias"), "src");

        Assert.False(IsAllowed(Decide("Write", new { file_path = "src/out/x.txt" })));
        Assert.False(IsAllowed(Decide("Write", new { file_path = "src/passwd" })));
        Assert.True(IsAllowed(Decide("Write", new { file_path = "alias/x.txt" })));
        Assert.Equal(2, Run("Write", new { file_path = "src/loop" }).ExitCode);
    }

    [Theory]
    [InlineData("src/contract.py")]
    [InlineData("src/../src//contract.py")]
    [InlineData("alias/contract.py")]
    public void Write_FileThatIsReadOnly_IsDeniedToItsOwnerToo(string path)
    {
        _folder.Folder("worktree/src");
        File.CreateSymbolicLink(Path.Combine(_root, "alias"), "src");
        foreach (var owned in new IReadOnlyList<string>?[] { ["src/**"], null })
        {
            var policy = AgentRunPermissions.Parse((Policy() with { Write = owned, ReadOnly = ["src/contract.py"] }).ToJson());

            var decision = ToolCallPermissionHook.Decide(policy, Owns, Call("Edit", new { file_path = path }));

            Assert.False(IsAllowed(decision));
            Assert.Contains("src/contract.py contains a contract", decision.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Root_IsASymbolicLink_ItsFilesAreInside()
    {
        var link = _folder["link"];
        Directory.CreateSymbolicLink(link, _root);
        var policy = Policy() with { Root = link };

        var decision = ToolCallPermissionHook.Decide(policy, Owns, Call("Write", new { file_path = Path.Combine(_root, "src/a.txt") }));

        Assert.True(IsAllowed(decision));
    }

    [Theory]
    [InlineData("Read", ToolCallDecisionKind.Allow)]
    [InlineData("Task", ToolCallDecisionKind.Allow)]
    [InlineData("Agent", ToolCallDecisionKind.Allow)]
    [InlineData("TodoWrite", ToolCallDecisionKind.Allow)]
    [InlineData("WebSearch", ToolCallDecisionKind.Allow)]
    [InlineData("WebFetch", ToolCallDecisionKind.LeaveToRules)]
    [InlineData("Web", ToolCallDecisionKind.Deny)]
    [InlineData("mcp__tracker__create", ToolCallDecisionKind.Allow)]
    [InlineData("mcp__trackers__create", ToolCallDecisionKind.Deny)]
    [InlineData("mcp__other__x", ToolCallDecisionKind.Deny)]
    [InlineData("", ToolCallDecisionKind.Deny)]
    public void Tool_OfAnyKind_IsJudgedByName(string tool, ToolCallDecisionKind expected)
    {
        var policy = Policy() with { AllowedTools = ["mcp__tracker", "WebSearch", "WebFetch(domain:example.org)"] };

        Assert.Equal(expected, ToolCallPermissionHook.Decide(policy, Owns, Call(tool, new { })).Permission);
    }

    [Fact]
    public void Command_PolicyForbidsAll_IsDenied()
    {
        var policy = Policy() with { AllowCommands = false };

        Assert.False(IsAllowed(ToolCallPermissionHook.Decide(policy, Owns, Call("Bash", new { command = "ls" }))));
    }

    [Theory]
    [InlineData("git push")]
    [InlineData("git -C /x -c a=b push --force")]
    [InlineData("cd a && git stash pop")]
    [InlineData("ls; git worktree add ../x")]
    [InlineData("true | git gc")]
    [InlineData("GIT_DIR=x /usr/bin/git update-ref refs/heads/main HEAD")]
    [InlineData("git branch -D main")]
    [InlineData("git branch -f main HEAD")]
    [InlineData("git config user.name me")]
    [InlineData("git config --global alias.x push")]
    [InlineData("git reflog expire --all")]
    [InlineData("git remote set-url origin /elsewhere")]
    [InlineData("sh -c 'git push'")]
    [InlineData("bash -lc \"cd x && git push\"")]
    [InlineData("eval git push")]
    [InlineData("sudo git push")]
    [InlineData("echo x | xargs git push")]
    [InlineData("(git push)")]
    [InlineData("echo $(git push)")]
    [InlineData("if true; then git push; fi")]
    [InlineData("git \\\n push")]
    [InlineData("git 'push'")]
    [InlineData("cat <<EOF\ntext\nEOF\ngit push")]
    public void Command_GitThatIsNotTheAgents_IsDenied(string command)
    {
        var decision = Decide("Bash", new { command });

        Assert.False(IsAllowed(decision));
        Assert.Contains("git", decision.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("git stash push -u", true)]
    [InlineData("git branch -D mine", true)]
    [InlineData("git config user.name me", true)]
    [InlineData("git worktree add ../x", false)]
    [InlineData("git push", false)]
    [InlineData("sh -c 'git update-ref refs/heads/main HEAD'", false)]
    public void Command_GitWithRefsOfItsOwn_IsDeniedOnlyOutsideThem(string command, bool isAllowed) =>
        Assert.Equal(
            isAllowed,
            IsAllowed(ToolCallPermissionHook.Decide(Policy() with { HasOwnRefs = true }, Owns, Call("Bash", new { command })))
        );

    [Theory]
    [InlineData("git status && git diff")]
    [InlineData("git add -A; git commit -m 'never git push from here'")]
    [InlineData("git commit -m \"say: git push\"")]
    [InlineData("git branch")]
    [InlineData("git config --get user.name")]
    [InlineData("git reflog")]
    [InlineData("git remote -v")]
    [InlineData("echo git push")]
    [InlineData("grep -r 'git push' docs")]
    [InlineData("cat > README.md <<'EOF'\ngit push\nEOF\nls")]
    [InlineData("# git push\nls")]
    [InlineData("npm run push")]
    [InlineData("git log --format=%H ${x}")]
    [InlineData("")]
    public void Command_Harmless_IsAllowed(string command) => Assert.True(IsAllowed(Decide("Bash", new { command })));

    [Fact]
    public void Run_AllowedCall_AnswersAllow()
    {
        var answer = Run("Write", new { file_path = "src/a.txt" });

        Assert.Equal((0, ""), (answer.ExitCode, answer.Error));
        Assert.Equal("allow", (string?)JsonNode.Parse(answer.Output)!["hookSpecificOutput"]!["permissionDecision"]);
    }

    [Fact]
    public void Run_DeniedCall_AnswersDenyWithReason()
    {
        var answer = JsonNode.Parse(Run("Write", new { file_path = "other.txt" }).Output)!["hookSpecificOutput"]!;

        Assert.Equal(("PreToolUse", "deny"), ((string?)answer["hookEventName"], (string?)answer["permissionDecision"]));
        Assert.Contains("other.txt", (string?)answer["permissionDecisionReason"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("{", true)]
    [InlineData("{}", false)]
    public void Run_BrokenCallOrMissingPolicy_IsRefusedWithExitCode2(string input, bool hasPolicy)
    {
        var policyFile = hasPolicy ? _folder.Write("policy", Policy().ToJson()) : _folder["missing"];

        var answer = ToolCallPermissionHook.Run(input, policyFile, _ => Owns);

        Assert.Equal((2, ""), (answer.ExitCode, answer.Output));
        Assert.Contains(policyFile, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Policy_WrittenAndRead_IsTheSame()
    {
        var policy = Policy() with { AllowedTools = ["x"], AllowCommands = false };

        var read = AgentRunPermissions.Parse(policy.ToJson());

        Assert.Equal(policy.ToJson(), read.ToJson());
        Assert.Null(AgentRunPermissions.Parse((policy with { Write = null }).ToJson()).Write);
    }

    private static bool IsAllowed(ToolCallDecision decision) => decision.Permission == ToolCallDecisionKind.Allow;

    private static bool Owns(string path) => path.StartsWith("src/", StringComparison.Ordinal) || path == "log.md";

    private static JsonElement Parse(object value) => JsonSerializer.SerializeToElement(value);

    private AgentRunPermissions Policy() =>
        new()
        {
            Task = "T1",
            Root = _root,
            Write = ["src/**"],
            Append = ["log.md"],
        };

    private JsonElement Call(string tool, object input) =>
        Parse(
            new
            {
                tool_name = tool,
                tool_input = input,
                cwd = _root,
            }
        );

    private ToolCallDecision Decide(string tool, object input) => ToolCallPermissionHook.Decide(Policy(), Owns, Call(tool, input));

    private HookProcessOutput Run(string tool, object input) =>
        ToolCallPermissionHook.Run(Call(tool, input).GetRawText(), _folder.Write("policy", Policy().ToJson()), _ => Owns);
}
