using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Tasks;
using Xunit;
using Xunit.Abstractions;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Snapshots of running agents need little disk space, however long the agents work.</summary>
public sealed class UnfinishedWorkSnapshotWriterTests(ITestOutputHelper output)
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public Task Night_FewAgents_LeavesOneSnapshotAndOneConversationEach() =>
        NightAsync(agents: 2, snapshots: 6, conversation: Megabyte, most: 8 * Megabyte);

    /// <summary>
    /// 12 hours with a snapshot every 2 minutes; <c>SOAK_SNAPSHOTS</c> says how many else. The conversations themselves (150 MB) are
    /// counted: the run names them, too.
    /// </summary>
    [Fact]
    [Trait("Category", "Full")]
    public Task Night_ThirtyAgentsWithConversationsOfFiveMegabytes_StaysUnderAGigabyte() =>
        NightAsync(
            agents: 30,
            snapshots: int.Parse(Environment.GetEnvironmentVariable("SOAK_SNAPSHOTS") ?? "360", CultureInfo.InvariantCulture),
            conversation: 5 * Megabyte,
            most: 1000 * Megabyte
        );

    private async Task NightAsync(int agents, int snapshots, long conversation, long most)
    {
        var ids = Enumerable.Range(1, agents).Select(number => $"t{number}").ToList();
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), [.. ids.Select(id => Task(id, $"{id}/**"))]);
        var repository = await run.Services.OpenRepositoryAsync(run.Repository.Path);
        var files = new RunPlanCache().Load(run.Reference, RunFixture.RunId, run.Hash);
        var time = new FakeTimeProvider();
        var atWork = new List<(string Folder, string Talk, UnfinishedWorkSnapshotWriter Snapshots)>();
        foreach (var id in ids)
        {
            var prepared = await run.PrepareAsync(id);
            var workspace = new TaskBranchAndWorktree(repository, files, id);
            var talk = run.Repository.Beside($"{id}.jsonl");
            var folder = Path.Combine(run.Repository.Path, prepared.Worktree, id);
            Directory.CreateDirectory(folder);
            atWork.Add(
                (
                    folder,
                    talk,
                    new UnfinishedWorkSnapshotWriter(
                        workspace,
                        workspace.Worktrees.Find(workspace.WorktreePath),
                        () => talk,
                        () => System.Threading.Tasks.Task.CompletedTask,
                        time
                    )
                )
            );
        }

        string[] measured = [run.Repository[".git"], run.Repository[".orchestrator"]];
        var before = await RoomAsync(measured);
        var random = new Random(20261121);
        for (var number = 0; number < snapshots; number++)
        {
            time.Advance(TimeSpan.FromMinutes(2));
            foreach (var (folder, talk, work) in atWork)
            {
                // What an agent does in two minutes: a few files, one of them large, and a part of its conversation. None of it can be
                // compressed.
                for (var file = 0; file < 3; file++)
                {
                    await WriteAsync(Path.Combine(folder, $"{(number + file) % 40}.txt"), random, 20_000);
                }
                await WriteAsync(Path.Combine(folder, "large.bin"), random, 300_000);
                await using (var grows = new FileStream(talk, FileMode.Append))
                {
                    grows.Write(new byte[conversation / snapshots]);
                }
                await work.SaveIfDueAsync();
            }

            foreach (var (_, _, work) in atWork)
            {
                await work.FinishAsync();
            }
        }

        var room = await RoomAsync(measured) - before;
        output.WriteLine($"{agents} agents, {snapshots} snapshots each: {room / (double)Megabyte:0.0} MB beyond the worktrees");
        Assert.InRange(room, agents * conversation / 2, most);
        foreach (var (id, (_, talk, work)) in ids.Zip(atWork))
        {
            Assert.Equal("", work.Problem);
            Assert.Equal(new FileInfo(talk).Length, new FileInfo(Path.Combine(run.Folder.Task(id), "conversations", $"{id}.jsonl")).Length);
            Assert.NotNull(new TaskBranchAndWorktree(repository, files, id).Unfinished.Find());
            Assert.Single(
                Directory.EnumerateDirectories(Path.Combine(run.Repository[".git"], "orchestrator", "unfinished", RunFixture.RunId, id))
            );
        }
    }

    private static Task WriteAsync(string file, Random random, int length)
    {
        var content = new byte[length];
        random.NextBytes(content);
        return File.WriteAllBytesAsync(file, content);
    }

    /// <summary>Used disk space in whole blocks, with folders; a file with two names counts once.</summary>
    private static async Task<long> RoomAsync(IEnumerable<string> folders)
    {
        using var measure = Process.Start(
            new ProcessStartInfo("du", ["-c", "-s", "-k", .. folders]) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var last = (await measure.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n')[^1];
        return long.Parse(last.Split('\t')[0], CultureInfo.InvariantCulture) * 1024;
    }
}
