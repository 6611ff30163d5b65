using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class TaskPromptRendererTests
{
    private static readonly Plan Plan = new()
    {
        Request = "Add login",
        Context = new Dictionary<string, string> { ["rules"] = "Use JWT.", ["other"] = "Not for this task." },
        Tasks =
        [
            new PlanTask
            {
                Id = "auth",
                Description = "Implement the service",
                Prompt = "-p: begin with the model.",
                Role = TaskRole.Backend,
                FilesWrite = ["src/auth.py"],
                FilesAppend = ["CHANGELOG.md"],
                FilesRead = ["src/user.py"],
                ResourcesWrite = ["di:Auth"],
                ContextKeys = ["rules"],
                RequiredAgents = ["doc-sync-manager"],
                NotesInput = ["notes/1.md"],
                NotesOutput = ["notes/2.md"],
                Checklist = [new ChecklistItem("1.1", "Write it"), new ChecklistItem("1.2", "Test it", true)],
                Verification = [new Gate("pytest `x`", GateType.Test, Description: "Unit tests"), new Gate("grep TODO", Negate: true)],
            },
            new PlanTask { Id = "free", Description = "Anything" },
            new PlanTask
            {
                Id = "review",
                Description = "Read it",
                FilesWrite = [],
            },
        ],
        Contracts =
        [
            new InterfaceContractDefinition
            {
                Name = "Auth",
                FilePath = "contracts/auth.py",
                Methods = ["login"],
                Consumers = ["auth"],
            },
        ],
    };

    [Fact]
    public void Render_FullTask_SaysEverythingTheAgentNeeds()
    {
        var prompt = TaskPromptRenderer.Render(
            InputOf("auth") with
            {
                FurtherGates = [new Gate("make lint", Required: false)],
                Notes = [KeyValuePair.Create("model", "The model has an id.")],
                Guidance = "Try without the cache.",
            }
        );

        foreach (
            var part in (string[])
                [
                    "# Your role: backend",
                    "# Your task: auth\n\nImplement the service\n\n-p: begin",
                    "- [ ] 1.1: Write it",
                    "- [x] 1.2: Test it",
                    "> Add login",
                    "- `src/auth.py`",
                    "only add lines",
                    "- `CHANGELOG.md`",
                    "- `di:Auth`",
                    "- `src/user.py`",
                    "# Contracts",
                    "class Auth(Protocol)",
                    "Use JWT.",
                    "First read the notes in `notes/1.md`",
                    "subagent `doc-sync-manager`",
                    "write `notes/2.md` with the sections `## Summary`",
                    "- `` pytest `x` ``: must pass (Unit tests)",
                    "- `grep TODO`: must fail",
                    "- `make lint`: should pass",
                    "## model\n\n> The model has an id.",
                    "Try without the cache.",
                    "orchestrate done --task auth --status completed",
                    "--status blocked",
                    "--status failed",
                    "orchestrate blocked --needs",
                ]
        )
        {
            Assert.Contains(part, prompt, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Not for this task", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n\n#", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("free", "anywhere in this worktree")]
    [InlineData("review", "Nothing: this task reads and reports")]
    public void Render_Ownership_SaysWhatItMeans(string task, string expected)
    {
        var prompt = TaskPromptRenderer.Render(InputOf(task));

        Assert.StartsWith("You are one of", prompt, StringComparison.Ordinal);
        Assert.Contains(expected, prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WhatIsTheWorktreesOwn_AndWhatThereIsOneOf_IsSaid()
    {
        var prompt = TaskPromptRenderer.Render(
            InputOf("auth") with
            {
                FurtherGates = [new Gate("npm run e2e", Exclusive: "browser")],
                WorktreeVariables = ["PORT", "DATABASE_URL"],
            }
        );

        foreach (
            var part in (string[])
                [
                    "`$ORCHESTRATOR_PORT` and the 19 ports after it",
                    "`$TMPDIR`",
                    "`$ORCHESTRATOR_WORKTREE`",
                    "`$DATABASE_URL`, `$PORT`",
                    "(exclusive: browser)",
                    "one at a time on this machine",
                ]
        )
        {
            Assert.Contains(part, prompt, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("one at a time", TaskPromptRenderer.Render(InputOf("auth")), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_SameInput_IsTheSameText() =>
        Assert.Equal(
            TaskPromptRenderer.Render(InputOf("auth")),
            TaskPromptRenderer.Render(InputOf("auth", PlanJson.Read(PlanJson.Write(Plan))))
        );

    [Fact]
    public void Render_StubWithFence_IsNotClosedByIt()
    {
        var stub = new InterfaceContractStub("A", "a.py", ContractStubLanguage.Python, "1", "```\nx\n```", []);

        var prompt = TaskPromptRenderer.Render(new TaskPromptInput { Task = Plan.Tasks[1], Contracts = [stub] });

        Assert.Contains("````python\n```\nx\n```\n````\n", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void PromptOf_EveryRole_HasAText()
    {
        Assert.All(TaskRole.All, role => Assert.NotEmpty(TaskRole.PromptOf(role)!));
        Assert.Null(TaskRole.PromptOf("our-own"));
    }

    private static TaskPromptInput InputOf(string id, Plan? plan = null) =>
        TaskPromptInput.Of(plan ?? Plan, (plan ?? Plan).Tasks.Single(task => task.Id == id));
}
