using System.Globalization;
using System.Text;
using Orchestrator.Git.Losses;
using Orchestrator.Git.Program;
using Orchestrator.Processes;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Git;

/// <summary>
/// The loss check of a staging branch with 1,000 merged tasks: 500 files of 400 lines, each task changes three of them in different places
/// and appends to one that all share, and was begun five merges earlier.
/// </summary>
internal static class LossesOfStaging
{
    private const int Tasks = 1_000;
    private const int Files = 500;
    private const int Lines = 400;

    /// <summary>Prints a line of a Markdown table.</summary>
    internal static async Task<int> RunAsync()
    {
        using var files = await TemporaryRepository.CreateEmptyAsync();
        var imported = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", "fast-import", "--quiet")
            {
                WorkingDirectory = files.Path,
                Input = ProcessStandardInput.FromText(History()),
            }
        );
        if (!imported.Succeeded)
        {
            throw new InvalidOperationException(imported.StandardError.Text);
        }

        var (began, tip) = (await files.GitAsync("rev-parse", "refs/heads/began"), await files.GitAsync("rev-parse", "refs/heads/staging"));
        var summary = "";
        var times = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            var repository = await GitRepository.OpenAsync(await GitProgram.FindAsync(), files.Path);
            var check = new StagingLostChangeDetector(repository, ["log.md"]);
            times.Add(
                await Timing.MillisecondsAsync(async () =>
                    summary = (
                        await check.OfStagingAsync(
                            began,
                            tip,
                            commit => new StagingBranchCommitAuthor(commit.Trailers!.Task!, IsTask: true, _ => TaskWriteAccess.Write),
                            CancellationToken.None
                        )
                    ).Summary
                )
            );
        }

        var seconds = Timing.Median(times) / 1000;
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| loss check of 1,000 tasks | {summary} | {seconds:0.0} s | | bar 10 s |")
        );
        return seconds <= 10 && summary.EndsWith(" 0 lost", StringComparison.Ordinal) ? 0 : 1;
    }

    /// <summary>
    /// The history for <c>git fast-import</c>; a merge is what git would make of it, since no two tasks change the same line.
    /// </summary>
    private static string History()
    {
        var text = new StringBuilder();
        var states = new List<Dictionary<string, string[]>>();
        var first = Enumerable
            .Range(0, Files)
            .ToDictionary(
                i => $"src/f{i}.c",
                i => Enumerable.Range(0, Lines).Select(l => $"line {l} of {i}").ToArray(),
                StringComparer.Ordinal
            );
        first["log.md"] = ["log"];
        states.Add(first);
        Commit(text, "refs/heads/began", 1, "base", [], first);
        for (var task = 0; task < Tasks; task++)
        {
            var from = Math.Max(0, states.Count - 6);
            var staging = states[^1];
            var (work, merged) = (new Dictionary<string, string[]>(), new Dictionary<string, string[]>(staging));
            foreach (var edit in (int[])[0, 1, 2])
            {
                var path = $"src/f{((task * 7) + (edit * 131)) % Files}.c";
                var line = ((task / Files * 60) + (edit * 7)) % Lines;
                work[path] = Changed(states[from][path], line, task);
                merged[path] = Changed(staging[path], line, task);
            }

            work["log.md"] = [.. states[from]["log.md"], $"by {task}"];
            merged["log.md"] = [.. staging["log.md"], $"by {task}"];
            var changed = work.Keys.ToDictionary(path => path, path => merged[path], StringComparer.Ordinal);
            Commit(text, "refs/heads/work", (2 * task) + 2, $"task {task}", [from == 0 ? 1 : (2 * from) + 1], work);
            Commit(text, "refs/heads/staging", (2 * task) + 3, Merge(task), [task == 0 ? 1 : (2 * task) + 1, (2 * task) + 2], changed);
            states.Add(merged);
        }

        return text.ToString();
    }

    private static string Merge(int task) => $"Merge t{task}\n\nOrchestrator-Run: bench\nOrchestrator-Task: t{task}\n";

    private static string[] Changed(string[] lines, int at, int task)
    {
        var changed = lines.ToArray();
        changed[at] = $"line {at} by task {task}";
        changed[at + 1] = $"and the next one by task {task}";
        return changed;
    }

    private static void Commit(StringBuilder text, string name, int mark, string message, int[] parents, Dictionary<string, string[]> files)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"reset {name}\n\ncommit {name}\nmark :{mark}\ncommitter B <b@example.org> 1700000000 +0000\n"
        );
        text.Append(CultureInfo.InvariantCulture, $"data {message.Length}\n{message}\n");
        for (var i = 0; i < parents.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "from" : "merge")} :{parents[i]}\n");
        }

        foreach (var (path, lines) in files)
        {
            var content = string.Join('\n', lines) + "\n";
            text.Append(CultureInfo.InvariantCulture, $"M 100644 inline {path}\ndata {content.Length}\n{content}\n");
        }

        text.Append('\n');
    }
}
