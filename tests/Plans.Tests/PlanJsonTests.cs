using System.Text;
using System.Text.Json;
using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class PlanJsonTests
{
    private static readonly Plan Example = new()
    {
        Request = "Füge Anmeldung hinzu <b>",
        CreatedAt = "2025-01-27T10:00:00Z",
        Context = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
        Defaults = new TaskDefaults { Model = "sonnet", Timeout = TimeSpan.FromMinutes(30) },
        Tasks =
        [
            new PlanTask
            {
                Id = "task-a",
                Description = "A",
                FilesWrite = ["src/a.py"],
                DependsOn = ["task-b"],
                Verification =
                [
                    new Gate("pytest", GateType.Test, Timeout: TimeSpan.FromSeconds(1.5)),
                    new Gate("grep -r TODO", Negate: true, Required: false, Exclusive: "tree"),
                ],
                Timeout = TimeSpan.FromSeconds(90),
                Isolation = TaskIsolationLevel.Sandbox,
                Status = PlanTaskStatus.Completed,
                PatchIntents = [new PlannedFileChange("src/main.py", "add_route", "Mount it")],
                DepsRequired = new TaskPackageRequirements { Runtime = ["pandas>=2.0"] },
                Checklist = [new ChecklistItem("1.1", "Do", true)],
            },
            new PlanTask { Id = "task-b", FilesWrite = [] },
        ],
        Contracts =
        [
            new InterfaceContractDefinition
            {
                Name = "Auth",
                FilePath = "contracts/auth.py",
                Methods = ["login"],
            },
        ],
    };

    [Fact]
    public void Write_ThenRead_KeepsEveryMember()
    {
        var bytes = PlanJson.Write(Example);

        var read = PlanJson.Read(bytes);

        Assert.Equal(PlanJson.WriteIndented(Example), PlanJson.WriteIndented(read));
        Assert.Equal(TimeSpan.FromSeconds(1.5), read.Tasks[0].Verification[0].Timeout);
        Assert.Null(read.Tasks[0].FilesRead);
        Assert.Empty(read.Tasks[1].FilesWrite!);
    }

    [Fact]
    public void Write_ContextInAnotherOrder_GivesTheSameHash()
    {
        var other = Example with
        {
            Context = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" },
        };

        Assert.Equal(PlanJson.Hash(Example), PlanJson.Hash(other));
        Assert.NotEqual(PlanJson.Hash(Example), PlanJson.Hash(Example with { Request = "other" }));
    }

    [Fact]
    public void Read_OnlyRequiredMembers_GivesDefaults()
    {
        var plan = PlanJson.Read("""{"tasks":[{"id":"a","verification":[{"command":"make"}]}]}"""u8);

        var task = Assert.Single(plan.Tasks);
        Assert.True(task.Verification[0].Required);
        Assert.Equal(GateType.Custom, task.Verification[0].Type);
        Assert.Empty(task.DependsOn);
        Assert.Null(task.FilesWrite);
        Assert.Empty(plan.Context);
    }

    [Fact]
    public void Plan_UnderReflectionSerializer_HasTheSameNames()
    {
        // Temporal's converter uses its own options; the names must not depend on ours.
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Example);

        var read = JsonSerializer.Deserialize<Plan>(bytes)!;

        Assert.Contains("\"files_write\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(PlanJson.Hash(Example), PlanJson.Hash(read));
    }
}
