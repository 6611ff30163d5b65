using System.Globalization;
using Orchestrator.Benchmarks.Git;
using Orchestrator.Processes;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>The start of a program in the sandbox, made as that of a gate is, against the same program without it.</summary>
internal static class SandboxStart
{
    private const int Rounds = 41;
    private const double Bar = 15;

    /// <summary>Folders of a home that runs cover by layers of their own.</summary>
    private static readonly string[] Layers = ["", ".cache", ".config", ".local", ".local/share", ".local/state", ".nuget", ".dotnet"];

    /// <summary>Prints a line of a Markdown table: what, without, in the sandbox, difference.</summary>
    internal static async Task<int> RunAsync()
    {
        if ((await new Bubblewrap().CheckAsync()).Program is not { } program)
        {
            Console.Error.WriteLine("sandbox-start: bubblewrap is not installed, or does not work here.");
            return 2;
        }
        var tree = Directory.CreateTempSubdirectory("sandbox-start-").FullName;
        try
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var common = Directory.CreateDirectory(Path.Combine(tree, ".git")).FullName;
            var plain = new ProcessCommand("/bin/true") { WorkingDirectory = tree };
            var confined = plain with
            {
                Sandbox = new Sandbox(program)
                {
                    Visible = [tree],
                    Layers = [.. Layers.Select(name => new LayeredFolder(Path.Combine(home, name).TrimEnd('/')))],
                    Writable = [tree],
                    ReadOnly = [common],
                },
            };
            var (without, with) = (new List<double>(), new List<double>());
            for (var round = -2; round < Rounds; round++)
            {
                var one = await Timing.MillisecondsAsync(() => new ProcessRunner().RunAsync(plain));
                var other = await Timing.MillisecondsAsync(() => new ProcessRunner().RunAsync(confined));
                if (round >= 0)
                {
                    without.Add(one);
                    with.Add(other);
                }
            }
            var more = Timing.Median(without.Zip(with, (one, other) => other - one));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| start of a program in the sandbox | without: {Timing.Median(without):0.0} ms | {Timing.Median(with):0.0} ms | "
                        + $"{more:0.0} ms more | bar {Bar:0} ms more |"
                )
            );
            return more <= Bar ? 0 : 1;
        }
        finally
        {
            Directory.Delete(tree, recursive: true);
        }
    }
}
