using System.Globalization;
using System.Text;
using Orchestrator.Plans.Readers.Backlogs;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.Backlogs;

/// <summary>Every change of a backlog leaves all bytes but its own. ORCHESTRATE_SEED=N repeats a run.</summary>
public sealed class BacklogEditTests
{
    private const int Shapes = 3000;

    /// <summary>A change of a backlog, and of its shape.</summary>
    private delegate Backlog Write(Random random, BacklogShape shape, Backlog backlog);

    private static readonly Dictionary<string, Write> Writes = new()
    {
        ["nothing"] = (_, _, backlog) => backlog,
        ["add"] = AddTask,
        ["set-status"] = SetStatus,
        ["mark done"] = MarkDone,
        ["update"] = Update,
        ["delete"] = Delete,
        ["expand"] = Expand,
    };

    [Fact]
    public void Write_AnyChangeOfAnyShape_LeavesAllOtherBytes()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < Shapes; i++)
        {
            var shape = new BacklogShape(random);
            var before = shape.Render();
            var (name, write) = Writes.ElementAt(i % Writes.Count);
            var read = BacklogReader.Read(before, "tasks.json", shape.Tag);
            Assert.True(read.File is not null, $"ORCHESTRATE_SEED={seed}: {string.Join(' ', read.Faults)}\n{Text(before)}");

            var changed = write(random, shape, read.File.Backlog);
            var after = read.File.Write(changed);

            var expected = shape.Render();
            Assert.True(
                after.AsSpan().SequenceEqual(expected),
                $"ORCHESTRATE_SEED={seed}, {name}, {i}. Before:\n{Text(before)}\nExpected:\n{Text(expected)}\nWritten:\n{Text(after)}"
            );
            Assert.True(BacklogReader.Read(after, "tasks.json", shape.Tag).File!.Backlog.HasSameContent(changed), Text(after));
        }
    }

    [Theory]
    [InlineData(
        "[{\"id\":1, /* mine */ \"title\":\"A\"}, // first\n{\"id\":2,},]",
        "[{\"id\":1, /* mine */ \"title\":\"A\", \"status\":\"done\"}, // first\n{\"id\":2,},]"
    )]
    [InlineData("""{"tasks": [ /* none yet */ {"id":1} ]}""", """{"tasks": [ /* none yet */ {"id":1, "status": "done"} ]}""")]
    public void Write_CommentsAndTrailingCommas_Stay(string before, string expected)
    {
        var file = BacklogReader.Read(Encoding.UTF8.GetBytes(before), "tasks.json").File!;

        Assert.Contains(expected, Text(file.Write(file.Backlog.SetStatus("1", "done"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EmptyListWithAComment_KeepsTheComment()
    {
        var file = BacklogReader.Read("{\"tasks\": [ // none yet\n]}"u8, "tasks.json").File!;

        var written = Text(file.Write(file.Backlog.Add(new BacklogTask { Id = "", Title = "A" }).Backlog));

        Assert.Equal(
            "{\"tasks\": [{\"id\": 1, \"title\": \"A\", \"status\": \"pending\", \"priority\": \"medium\", \"dependencies\": []}"
                + " // none yet\n]}",
            written
        );
    }

    [Fact]
    public void Read_SubtasksOfSubtasks_AreParts()
    {
        var backlog = BacklogReader
            .Read(
                """{"tasks":[{"id":4,"subtasks":[{"id":"4.1","subtasks":[{"id":1,"title":"a"},{"title":"no id"},"text"]}]}]}"""u8,
                "tasks.json"
            )
            .File!.Backlog;

        Assert.Equal(["4", "4.1", "4.1.1"], backlog.All.Select(t => t.Id));
        Assert.All(backlog.SetStatus("4", "done").All, t => Assert.Equal("done", t.Status));
        Assert.Equal(["4.1", "4.1.1"], backlog.ToPlan().Plan.Tasks[0].Checklist.Select(c => c.Id));
    }

    private static Backlog AddTask(Random random, BacklogShape shape, Backlog backlog)
    {
        string[] dependencies = [.. shape.All.Where(_ => random.Next(4) == 0).Select(item => item.Id)];
        (backlog, var added) = backlog.Add(
            new BacklogTask
            {
                Id = "",
                Title = "Größe",
                Dependencies = dependencies,
            }
        );
        shape.Tasks.Add(BacklogShape.Added(added.Id, null, "Größe", dependencies));
        return backlog;
    }

    private static Backlog SetStatus(Random random, BacklogShape shape, Backlog backlog)
    {
        var item = Any(random, shape);
        var status = BacklogStatus.All[random.Next(BacklogStatus.All.Count)];
        foreach (var part in status == BacklogStatus.Done ? item.All : [item])
        {
            if (backlog.Find(part.Id)!.Status != status)
            {
                part.Set("status", $"\"{status}\"");
            }
        }
        return backlog.SetStatus(item.Id, status);
    }

    private static Backlog MarkDone(Random random, BacklogShape shape, Backlog backlog)
    {
        var items = shape.Tasks.Where(_ => random.Next(2) == 0).ToList();
        foreach (var part in items.SelectMany(item => item.All).Where(part => backlog.Find(part.Id)!.Status != BacklogStatus.Done))
        {
            part.Set("status", "\"done\"");
        }
        return items.Aggregate(backlog, (before, item) => before.SetStatus(item.Id, BacklogStatus.Done));
    }

    private static Backlog Update(Random random, BacklogShape shape, Backlog backlog)
    {
        var item = Any(random, shape);
        item.Set("title", "\"New\\n\\\"title\\\"\"");
        if (backlog.Find(item.Id)!.Priority != "low")
        {
            item.Set("priority", "\"low\"");
        }
        string[] dependencies = [.. item.Dependencies.Where(_ => random.Next(2) == 0), .. shape.Pick(item)];
        dependencies = [.. dependencies.Distinct()];
        if (!dependencies.SequenceEqual(item.Dependencies))
        {
            item.Dependencies.Clear();
            item.Dependencies.AddRange(dependencies);
            item.Set("dependencies", null);
        }
        return backlog.Change(item.Id, task => task with { Title = "New\n\"title\"", Priority = "low", Dependencies = dependencies });
    }

    private static Backlog Delete(Random random, BacklogShape shape, Backlog backlog)
    {
        var gone = Any(random, shape);
        HashSet<string> ids = [.. gone.All.Select(item => item.Id)];
        shape.Tasks.Remove(gone);
        foreach (var item in shape.All.ToList())
        {
            item.Subtasks.Remove(gone);
            item.Dependencies.RemoveAll(ids.Contains);
        }
        return backlog.Delete(gone.Id);
    }

    private static Backlog Expand(Random random, BacklogShape shape, Backlog backlog)
    {
        var parent = Any(random, shape);
        var first = parent.Subtasks.Count + 1;
        shape.BeginSubtasks();
        (backlog, var ids) = backlog.AddSubtasks(
            parent.Id,
            [
                new BacklogTask { Id = "a", Title = "First" },
                new BacklogTask
                {
                    Id = "b",
                    Title = "Second",
                    Dependencies = ["a"],
                },
            ]
        );
        Assert.Equal([$"{parent.Id}.{first}", $"{parent.Id}.{first + 1}"], ids);
        parent.Subtasks.Add(BacklogShape.Added(ids[0], parent.Id, "First", []));
        parent.Subtasks.Add(BacklogShape.Added(ids[1], parent.Id, "Second", [ids[0]]));
        parent.Set("subtasks", null);
        return backlog;
    }

    private static BacklogShape.Item Any(Random random, BacklogShape shape) => shape.All.ElementAt(random.Next(shape.All.Count()));

    private static string Text(byte[] content) =>
        PlanFileBytesDecoder.TryDecode(content, "tasks.json", out var text, out var fault) ? text : fault.ToString();
}
