using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class TaskOwnershipConflictResultTests
{
    [Fact]
    public void Of_SameFileUnordered_NamesTheMissingEdge()
    {
        var found = TaskOwnershipConflictResult.Of(Plan(Task("a", ["./src//x.py"]), Task("b", ["src/y/../x.py"])));

        var conflict = Assert.Single(found.Conflicts);
        Assert.Equal((FileOrResourceKind.File, "src/x.py"), (conflict.Kind, conflict.Path));
        Assert.Equal(["a", "b"], conflict.Tasks);
        Assert.Equal(new MissingTaskDependency("b", "a"), conflict.MissingEdge);
    }

    [Theory]
    [InlineData("a:src/x.py", "b:src/x.py<a", "")]
    [InlineData("a:src/**", "b:src/x.py", "src/x.py a b")]
    [InlineData("a:src/*.py", "b:src/*_test.*", "src/*_test.* a b")]
    [InlineData("a:src/*.py", "b:src/*.ts", "")]
    [InlineData("a:src", "b:src/deep/x.py", "src/deep/x.py a b")]
    [InlineData("a:src", "b:src/*.py", "src/*.py a b")]
    [InlineData("a:src/x.py", "b:**/y.py", "")]
    [InlineData("a:**", "b:x", "x a b")]
    [InlineData("a:{x,y}/**", "b:{x,y}/z", "{x,y}/** a b")]
    [InlineData("a:abc", "b:?bc/**", "abc a b")]
    [InlineData("a:src/*a*", "b:src/*b*", "src/*a* a b")]
    [InlineData("a:src/*b*", "b:src/*a*", "src/*a* a b")]
    public void Of_TwoTasks_FindsWhatOverlaps(string first, string second, string expected)
    {
        var found = TaskOwnershipConflictResult.Of(Plan(Parse(first), Parse(second)));

        Assert.Equal(expected, string.Join("; ", found.Conflicts.Select(c => $"{c.Path} {string.Join(' ', c.Tasks)}")));
    }

    [Fact]
    public void Of_OrderedThroughOthers_IsNoConflict()
    {
        var plan = Plan(Task("a", ["x"]), Task("b", []) with { DependsOn = ["a"] }, Task("c", ["x"]) with { DependsOn = ["b"] });

        Assert.Empty(TaskOwnershipConflictResult.Of(plan).Conflicts);
    }

    [Fact]
    public void Of_TaskThatDoesNotSayWhatItWrites_IsNoConflict() =>
        Assert.Empty(TaskOwnershipConflictResult.Of(Plan(Task("a", null), Task("b", ["x"]))).Conflicts);

    [Fact]
    public void Of_CompletedTask_IsNoConflict() =>
        Assert.Empty(
            TaskOwnershipConflictResult.Of(Plan(Task("a", ["x"]) with { Status = PlanTaskStatus.Completed }, Task("b", ["x"]))).Conflicts
        );

    [Fact]
    public void Of_SharedAppend_IsFineAndAppendToOwnedFileWarns()
    {
        var found = TaskOwnershipConflictResult.Of(
            Plan(Task("a", []) with { FilesAppend = ["LOG.md"] }, Task("b", []) with { FilesAppend = ["LOG.md"] }, Task("c", ["LOG.md"]))
        );

        Assert.Empty(found.Conflicts);
        Assert.Equal(["a c", "b c"], found.Warnings.Select(w => string.Join(' ', w.Tasks)));
        Assert.All(found.Warnings, w => Assert.Equal(TaskAccessConflictKind.Append, w.Use));
    }

    [Fact]
    public void Of_ReaderOfWhatAnotherWrites_WarnsThatItShouldWait()
    {
        var found = TaskOwnershipConflictResult.Of(
            Plan(
                Task("reader", []) with
                {
                    FilesRead = ["src/*.py"],
                    ResourcesRead = ["table:users"],
                },
                Task("writer", ["src/a.py"]) with
                {
                    ResourcesWrite = ["table:users"],
                }
            )
        );

        Assert.Empty(found.Conflicts);
        Assert.Equal(["src/a.py", "table:users"], found.Warnings.Select(w => w.Path));
        Assert.All(found.Warnings, w => Assert.Equal(new MissingTaskDependency("reader", "writer"), w.MissingEdge));
    }

    [Fact]
    public void Of_SharedResource_IsAConflict()
    {
        var conflict = Assert.Single(
            TaskOwnershipConflictResult
                .Of(
                    Plan(Task("a", []) with { ResourcesWrite = ["route:/login"] }, Task("b", []) with { ResourcesWrite = ["route:/login"] })
                )
                .Conflicts
        );

        Assert.Equal((FileOrResourceKind.Resource, "route:/login"), (conflict.Kind, conflict.Path));
    }

    [Fact]
    public void Of_PatchIntents_MeetEachOtherAsResourceAndOwnersAsFile()
    {
        var patch = Task("a", []) with { PatchIntents = [new PlannedFileChange("./main.py", "add_route")] };

        Assert.Equal("patch:main.py", Assert.Single(TaskOwnershipConflictResult.Of(Plan(patch, patch with { Id = "b" })).Conflicts).Path);
        Assert.Equal("main.py", Assert.Single(TaskOwnershipConflictResult.Of(Plan(patch, Task("b", ["main.py"]))).Conflicts).Path);

        var both = patch with { FilesWrite = ["main.py"] };
        Assert.Equal("main.py", Assert.Single(TaskOwnershipConflictResult.Of(Plan(both, both with { Id = "b" })).Conflicts).Path);
    }

    [Fact]
    public void Of_CompletedTaskOrResourceThatNobodyWrites_WarnsOfNothing()
    {
        var done = Task("done", []) with
        {
            Status = PlanTaskStatus.Completed,
            FilesRead = ["x"],
            FilesAppend = ["x"],
            ResourcesRead = ["table:users"],
            ResourcesWrite = ["table:users"],
        };
        var found = TaskOwnershipConflictResult.Of(
            Plan(done, Task("a", ["x"]) with { ResourcesWrite = ["table:users"] }, Task("b", []) with { ResourcesRead = ["table:none"] })
        );

        Assert.Empty(found.Conflicts);
        Assert.Empty(found.Warnings);
    }

    [Fact]
    public void Of_SeveralConflicts_AreInTheOrderOfThePlanThenByPath()
    {
        var found = TaskOwnershipConflictResult.Of(Plan(Task("a", ["y", "x"]), Task("b", ["y", "x"]), Task("c", ["x"])));

        Assert.Equal(["a b x", "a b y", "a c x", "b c x"], found.Conflicts.Select(c => $"{string.Join(' ', c.Tasks)} {c.Path}"));
    }

    [Theory]
    [InlineData(FileOrResourceKind.File, TaskAccessConflictKind.Write, "Tasks 'a' and 'b' both own 'x', and neither waits for the other.")]
    [InlineData(
        FileOrResourceKind.Resource,
        TaskAccessConflictKind.Write,
        "Tasks 'a' and 'b' both own the resource 'x', and neither waits for the other."
    )]
    [InlineData(
        FileOrResourceKind.File,
        TaskAccessConflictKind.Read,
        "Task 'b' reads 'x', which task 'a' writes, and neither waits for the other."
    )]
    [InlineData(
        FileOrResourceKind.File,
        TaskAccessConflictKind.Append,
        "Task 'b' adds to 'x', which task 'a' owns, and neither waits for the other."
    )]
    public void Message_OfEachUse_NamesBothAndTheCure(FileOrResourceKind kind, TaskAccessConflictKind use, string message)
    {
        var conflict = new TaskOwnershipConflict(kind, use, "x", ["a", "b"], new MissingTaskDependency("b", "a"));

        Assert.Equal((message, "Let 'b' depend on 'a', or assign 'x' to one of them."), (conflict.Message, conflict.Cure));
    }

    [Fact]
    public void Of_AllMissingEdgesAdded_NothingIsLeftAndNothingCloses()
    {
        // a waits for c, so c comes first although it stands last.
        var plan = Plan(Task("a", ["x"]) with { DependsOn = ["c"] }, Task("b", ["x"]), Task("c", ["y"]), Task("d", ["y", "x"]));
        var found = TaskOwnershipConflictResult.Of(plan);

        var repaired = plan with
        {
            Tasks =
            [
                .. plan.Tasks.Select(t =>
                    t with
                    {
                        DependsOn =
                        [
                            .. t.DependsOn,
                            .. found.Conflicts.Where(c => c.MissingEdge.Task == t.Id).Select(c => c.MissingEdge.DependsOn),
                        ],
                    }
                ),
            ],
        };

        Assert.NotEmpty(found.Conflicts);
        Assert.Empty(TaskGraph.Of(repaired).Faults);
        Assert.Empty(TaskOwnershipConflictResult.Of(repaired).Conflicts);
    }

    [Fact]
    public void Of_EveryTaskOwnsTheSame_ListsEveryPairUpToALimit()
    {
        Assert.Equal(
            45,
            TaskOwnershipConflictResult.Of(Plan([.. Enumerable.Range(0, 10).Select(i => Task($"t{i}", ["x"]))])).Conflicts.Count
        );

        var many = TaskOwnershipConflictResult.Of(Plan([.. Enumerable.Range(0, 600).Select(i => Task($"t{i}", ["x"]))]));
        Assert.Equal(TaskOwnershipConflictResult.Most, many.Conflicts.Count);
        Assert.True(many.IsTruncated);
    }

    internal static PlanTask Task(string id, IReadOnlyList<string>? writes) => new() { Id = id, FilesWrite = writes };

    internal static Plan Plan(params PlanTask[] tasks) => new() { Tasks = tasks };

    // "id:path<dependency"
    private static PlanTask Parse(string text)
    {
        var parts = text.Split(':', '<');
        return Task(parts[0], [parts[1]]) with { DependsOn = parts.Length > 2 ? [parts[2]] : [] };
    }
}
