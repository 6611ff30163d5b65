using System.Globalization;
using System.Text;
using Orchestrator.Processes;

namespace Orchestrator.Git.Tests.Losses;

/// <summary>Makes the commits and merges of many histories at once, by few git processes.</summary>
internal sealed class ModelRepository(string path)
{
    private static readonly ProcessRunner Runner = new();

    /// <summary>Plays histories side by side.</summary>
    public async Task PlayAsync(IReadOnlyList<ModelHistory> histories, int steps)
    {
        foreach (var (history, commit) in histories.Zip(await ImportAsync([.. histories.Select(h => Commit("begin", [], h.Staging[0]))])))
        {
            history.Commits.Add(commit);
        }

        for (var step = 0; step < steps; step++)
        {
            await StepAsync([.. histories.Select(h => (h, h.Begin(isOnTip: false)))], mayBegin: true);
        }
    }

    private async Task StepAsync(IReadOnlyList<(ModelHistory History, ModelTask Task)> work, bool mayBegin)
    {
        var commits = await ImportAsync([.. work.Select(w => Commit(w.Task.Name, [w.History.Commits[w.Task.Base]], w.Task.Files))]);
        var merged = await MergeAsync([.. work.Zip(commits, (w, commit) => (w.History.Commits[^1], commit))]);
        var contents = await ReadAsync(merged);
        var clean = work.Zip(commits)
            .Zip(contents, (w, content) => (w.First.History, w.First.Task, Commit: w.Second, Content: content))
            .ToList();
        var done = clean.Where(c => c.Content is not null).ToList();
        foreach (var (history, task, _, content) in done)
        {
            history.Merged(task, content!);
        }

        var made = await ImportAsync([
            .. done.Select(d => Commit($"Merge {d.Task.Name}", [d.History.Commits[^1], d.Commit], d.History.Staging[^1], d.Task.Name)),
        ]);
        foreach (var ((history, _, _, _), commit) in done.Zip(made))
        {
            history.Commits.Add(commit);
        }

        // In conflict: some begin again on top of everything.
        if (mayBegin && clean.Where(c => c.Content is null && c.History.Seed % 2 == 0).ToList() is { Count: > 0 } again)
        {
            await StepAsync([.. again.Select(c => (c.History, c.History.Begin(isOnTip: true)))], mayBegin: false);
        }
    }

    private static string Commit(string subject, string[] parents, Dictionary<string, List<ModelLine>> files, string? task = null)
    {
        var message = task is null ? subject : $"{subject}\n\nOrchestrator-Run: model\nOrchestrator-Task: {task}\n";
        var text = new StringBuilder(
            $"committer Model <model@example.org> 1700000000 +0000\ndata {Encoding.UTF8.GetByteCount(message)}\n{message}\n"
        );
        text.Append(string.Concat(parents.Select((parent, i) => $"{(i == 0 ? "from" : "merge")} {parent}\n"))).Append("deleteall\n");
        foreach (var (path, lines) in files)
        {
            var content = string.Concat(lines.Select(line => line.Text + "\n"));
            text.Append(CultureInfo.InvariantCulture, $"M 100644 inline {path}\ndata {Encoding.UTF8.GetByteCount(content)}\n{content}\n");
        }

        return text.Append('\n').ToString();
    }

    private async Task<string[]> ImportAsync(IReadOnlyList<string> commits)
    {
        if (commits.Count == 0)
        {
            return [];
        }

        var marks = Path.Combine(path, ".git", "marks");
        var input = string.Concat(commits.Select((commit, i) => $"reset refs/model/new\n\ncommit refs/model/new\nmark :{i + 1}\n{commit}"));
        await GitAsync(["fast-import", "--quiet", "--force", $"--export-marks={marks}"], input);
        return
        [
            .. File.ReadAllLines(marks)
                .Select(line => line.Split(' '))
                .OrderBy(mark => int.Parse(mark[0][1..], CultureInfo.InvariantCulture))
                .Select(mark => mark[1]),
        ];
    }

    /// <summary>The merged trees; null for a conflict.</summary>
    private async Task<List<string?>> MergeAsync(IReadOnlyList<(string Ours, string Theirs)> pairs)
    {
        var attributes = Path.Combine(path, ".git", "union");
        await File.WriteAllTextAsync(attributes, $"/{ModelHistory.Appended} merge=union\n");
        var output = await GitAsync(
            [
                "-c",
                $"core.attributesFile={attributes}",
                "-c",
                "merge.renames=true",
                "-c",
                "merge.directoryRenames=false",
                "merge-tree",
                "--write-tree",
                "--no-messages",
                "--stdin",
                "-z",
            ],
            string.Concat(pairs.Select(pair => $"{pair.Ours} {pair.Theirs}\n"))
        );
        var fields = output.Split('\0');
        var trees = new List<string?>();
        for (var i = 0; i + 1 < fields.Length; i++)
        {
            trees.Add(fields[i] == "1" ? fields[i + 1] : null);
            i += 2;
            while (fields[i].Length > 0)
            {
                i++;
            }
        }

        Assert.Equal(pairs.Count, trees.Count);
        return trees;
    }

    private async Task<List<Dictionary<string, List<string>>?>> ReadAsync(IReadOnlyList<string?> trees)
    {
        var asked = trees.OfType<string>().SelectMany(tree => ModelHistory.Paths.Select(file => $"{tree}:{file}\n"));
        var rest = (await GitAsync(["cat-file", "--batch"], string.Concat(asked))).AsMemory();
        var all = new List<Dictionary<string, List<string>>?>();
        foreach (var tree in trees)
        {
            if (tree is null)
            {
                all.Add(null);
                continue;
            }

            var files = new Dictionary<string, List<string>>(StringComparer.Ordinal);
            foreach (var file in ModelHistory.Paths)
            {
                var end = rest.Span.IndexOf('\n');
                var facts = rest[..end].ToString().Split(' ');
                rest = rest[(end + 1)..];
                if (facts is [_, "blob", var size])
                {
                    var length = int.Parse(size, CultureInfo.InvariantCulture);
                    files[file] = [.. rest[..length].ToString().Split('\n')[..^1]];
                    rest = rest[(length + 1)..];
                }
            }

            all.Add(files);
        }

        return all;
    }

    private async Task<string> GitAsync(IReadOnlyList<string> arguments, string input)
    {
        var result = await Runner.RunAsync(
            new ChildProcessOptions("git", arguments)
            {
                WorkingDirectory = path,
                Input = ProcessStandardInput.FromText(input),
                StandardOutput = ProcessOutputTargets.Capture(512 * 1024 * 1024),
            }
        );
        Assert.True(result.Succeeded, $"git {string.Join(' ', arguments)}: {result.StandardError.Text}");
        return result.StandardOutput.Text;
    }
}
