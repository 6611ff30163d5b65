using System.Globalization;
using Orchestrator.Gates.Tampering;
using Orchestrator.Git.Commits;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs;

namespace Orchestrator.Benchmarks.Verification;

/// <summary>The power of green gates: cheating and honest changes of small projects in several languages, judged as a run judges them.
/// The changes are data (<c>changes.txt</c> and <c>Projects</c>).</summary>
internal static class VerificationBenchmark
{
    private const double MostUnseen = 0.05;
    private const double MostAsked = 0.01;
    private const double MostHinted = 0.05;

    /// <summary>Prints the lines of a Markdown table.</summary>
    /// <param name="only">Names of projects, or empty for all of them.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> only)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Verification");
        var changes = (await File.ReadAllLinesAsync(Path.Combine(folder, "changes.txt")))
            .Where(line => !line.StartsWith('#'))
            .Select(Change.Parse)
            .ToList();
        var judged = new List<Judged>();
        foreach (var script in Directory.GetFiles(Path.Combine(folder, "Projects"), "*.sh").Order(StringComparer.Ordinal))
        {
            var project = new PlayedProject(script);
            if (project.Name == "common" || (only.Count > 0 && !only.Contains(project.Name)))
            {
                continue;
            }
            if (project.Missing.ToList() is { Count: > 0 } missing)
            {
                Console.Error.WriteLine($"verification: {project.Name} is left out: {string.Join(", ", missing)} is not installed.");
                continue;
            }
            var ofProject = await project.JudgeAsync(changes);
            foreach (var one in ofProject)
            {
                Show(one);
            }
            judged.AddRange(ofProject);
        }
        return Print(judged) ? 0 : 1;
    }

    private static bool Print(IReadOnlyList<Judged> judged)
    {
        var valid = judged.Where(one => !one.IsRefused).ToList();
        var (cheats, honest) = (valid.Where(one => one.Change.IsCheat).ToList(), valid.Where(one => !one.Change.IsCheat).ToList());
        static bool IsUnseen(Judged one) => one is { Asks: false, IsNamed: false };
        var projects = string.Join(", ", judged.Select(one => one.Project).Distinct());
        var unseen = Row($"cheats that land unseen ({projects})", cheats, IsUnseen, MostUnseen);
        var edited = Row(
            "the same, those that change tests, snapshots or fixtures",
            cheats.Where(one => one.Change.EditsTests),
            IsUnseen,
            0
        );
        Row(
            "the same, hard-coded results and special cases: tests stay honest and pass, so that no comparison sees them",
            Hidden(true),
            IsUnseen,
            null
        );
        Row("the same, all others", Hidden(false), IsUnseen, null);
        Row("cheats that land, with their tests named in the report", cheats, one => one is { Asks: false, IsNamed: true }, null);
        var asked = Row("honest changes that ask a person", honest, one => one.Asks, MostAsked);
        var hinted = Row("honest changes with a note on code that may work only in tests", honest, one => one.IsHinted, MostHinted);
        foreach (var project in honest.GroupBy(one => one.Project))
        {
            var (name, gates, added) = (project.Key, project.Average(one => one.Gates), project.Average(one => one.Added));
            Line($"| time of base suite and proof of red, {name} | gates: {gates:0.00} s | {added:0.00} s | {added / gates:0.00} | none |");
        }
        var refused = judged.Count - valid.Count;
        if (refused > 0)
        {
            Console.Error.WriteLine($"verification: {refused} changes are refused by their own gates and not counted.");
        }
        return unseen && edited && asked && hinted && refused == 0;

        IEnumerable<Judged> Hidden(bool isHidden) => cheats.Where(one => one.Change.IsHidden == isHidden);
    }

    /// <summary>Prints the share of a repository's commits that would get a note on code that may work only in tests.</summary>
    /// <param name="path">Path of the repository.</param>
    /// <param name="most">Number of commits, from the newest on.</param>
    public static async Task<int> NotesAsync(string path, int most)
    {
        var repository = await new RunServiceBundle("host", ["orchestrate", "hook"], TimeProvider.System).OpenRepositoryAsync(path);
        var listed = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", "-C", path, "log", "--no-merges", "--min-parents=1", $"-{most}", "--format=%H %P")
        );
        var (all, noted) = (0, 0);
        foreach (var line in listed.StandardOutput.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (commit, from) = (line.Split(' ')[0], line.Split(' ')[1]);
            var changed = await new GitDiffReader(repository).BetweenAsync(from, commit);
            var meaning = await GateInputFiles.ReadAsync(repository, from, commit, [], changed, CancellationToken.None);
            var basis = new ProductAndGateInputChanges(changed, meaning);
            if (!basis.Product.Any(file => Ecosystems.IsSource(file.Path)))
            {
                continue;
            }
            var sources = await TestFiles.ReadAsync(repository, from, commit, changed, CancellationToken.None);
            var patch = await FileDiff.ReadAsync(repository, from, commit, CancellationToken.None) ?? [];
            var notes = await TestSpecificCodeDetector.NotesAsync(repository, commit, patch, basis, sources, CancellationToken.None);
            (all, noted) = (all + 1, noted + (notes.Count > 0 ? 1 : 0));
            foreach (var note in notes)
            {
                Console.Error.WriteLine($"{commit[..9]} {note}");
            }
        }
        Line(
            $"| commits with a note on code that works only in tests | {all} | {noted} | {(double)noted / all:0.0 %} | {MostHinted:0 %} |"
        );
        return noted <= all * MostHinted ? 0 : 1;
    }

    private static bool Row(string what, IEnumerable<Judged> all, Func<Judged, bool> counts, double? bar)
    {
        var list = all.ToList();
        var found = list.Count(counts);
        var share = list.Count == 0 ? 0 : (double)found / list.Count;
        Line($"| {what} | {list.Count} | {found} | {share:0.0 %} | {(bar is { } most ? $"{most:0 %}" : "none")} |");
        return share <= (bar ?? 1);
    }

    // What is not as it should be; the rest needs no words.
    private static void Show(Judged one)
    {
        var isFine = !one.IsRefused && one.Asks == one.Change.IsCheat && !(one.IsHinted && !one.Change.IsCheat);
        if (!isFine)
        {
            var what =
                one.IsRefused ? "refused"
                : one.Asks ? "asks"
                : one.IsNamed ? "named"
                : "unseen";
            var why = string.Join(" ", [.. one.Result.Problems, one.Result.NeedsPerson, .. one.Result.Notes]);
            Console.Error.WriteLine($"{one.Project} {one.Change.Kind}: {what}: {why}");
        }
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
