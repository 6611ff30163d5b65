using System.Globalization;
using Orchestrator.Benchmarks.Git;
using Orchestrator.Processes;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>The start of a program in the sandbox, made as that of a gate is, against the same program without it and by bubblewrap
/// alone.</summary>
internal static class SandboxStart
{
    private const int Rounds = 41;
    private const int Entries = 150;
    private const double Bar = 40;
    private const double OverlayBar = 120;

    /// <summary>Folders of a home that runs cover by layers of their own, and how their entries are shared out among them.</summary>
    private static readonly string[] Layers = ["", ".cache", ".config", ".local", ".local/share", ".local/state", ".nuget", ".dotnet"];

    /// <summary>Caches of package managers, which can be written.</summary>
    private static readonly string[] Caches = [".npm", ".cache/pip", ".nuget/packages", ".local/share/NuGet"];

    /// <summary>Arguments of bubblewrap for the whole root, without any rule of ours.</summary>
    private static readonly string[] Alone = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "/bin/true"];

    /// <summary>Prints two lines of a Markdown table: start, without and by bubblewrap alone, in the sandbox, ratio to bubblewrap alone,
    /// difference to no sandbox and its bar. The second one has private layers of downloads.</summary>
    internal static async Task<int> RunAsync()
    {
        if ((await new Bubblewrap().CheckAsync()).Program is not { } program)
        {
            Console.Error.WriteLine("sandbox-start: bubblewrap is not installed, or does not work here.");
            return 2;
        }
        var plain = await MeasureAsync(program, hasOverlays: false, Bar);
        var layered = await MeasureAsync(program, hasOverlays: true, OverlayBar);
        return plain <= Bar && layered <= OverlayBar ? 0 : 1;
    }

    private static async Task<double> MeasureAsync(string program, bool hasOverlays, double bar)
    {
        var tree = Directory.CreateTempSubdirectory("sandbox-start-").FullName;
        try
        {
            var home = MakeHome(Path.Combine(tree, "home"), Entries);
            var work = Directory.CreateDirectory(Path.Combine(tree, "work")).FullName;
            var common = Directory.CreateDirectory(Path.Combine(work, ".git")).FullName;
            var plain = new ChildProcessOptions("/bin/true") { WorkingDirectory = work };
            var confined = plain with
            {
                Sandbox = new Sandbox(program)
                {
                    Empty = [home],
                    Writable = [work],
                    ReadOnly = [common],
                    Overlays = hasOverlays
                        ? OverlayMounts.Make(Path.Combine(tree, "layers"), [.. Caches.Select(name => Path.Combine(home, name))], below: [])
                        : null,
                },
            };
            var alone = new ChildProcessOptions(program, Alone) { WorkingDirectory = work };
            var (without, with, bare) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -2; round < Rounds; round++)
            {
                var one = await Timing.MillisecondsAsync(() => new ProcessRunner().RunAsync(plain));
                var other = await Timing.MillisecondsAsync(() => new ProcessRunner().RunAsync(confined));
                var third = await Timing.MillisecondsAsync(() => new ProcessRunner().RunAsync(alone));
                if (round >= 0)
                {
                    without.Add(one);
                    with.Add(other);
                    bare.Add(third);
                }
            }
            var more = Timing.Median(without.Zip(with, (one, other) => other - one));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| start of a program in the sandbox, home of {Entries} entries{(hasOverlays ? ", overlays" : "")} "
                        + $"| without: {Timing.Median(without):0.0} ms, bubblewrap alone: {Timing.Median(bare):0.0} ms | "
                        + $"{Timing.Median(with):0.0} ms, {more:0.0} ms more than without | "
                        + $"{Timing.Median(with.Zip(bare, (ours, theirs) => ours / theirs)):0.00} | bar {bar:0} ms more |"
                )
            );
            return more;
        }
        finally
        {
            Directory.Delete(tree, recursive: true);
        }
    }

    /// <summary>A home whose layered folders have so many entries in all, half folders, half files.</summary>
    private static string MakeHome(string home, int entries)
    {
        foreach (var name in Layers.Concat(Caches))
        {
            Directory.CreateDirectory(Path.Combine(home, name));
        }
        string[] shares = ["", "", ".config", ".cache", ".local/share", ""];
        for (var number = Layers.Length - 1 + Caches.Length; number < entries; number++)
        {
            var path = Path.Combine(home, shares[number % shares.Length], $"entry-{number}");
            if (number % 2 == 0)
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                File.WriteAllText(path, "");
            }
        }
        return home;
    }
}
