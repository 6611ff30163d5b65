using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Orchestrator.Conformance.Archives;
using Orchestrator.Conformance.Scenarios;

namespace Orchestrator.Conformance;

/// <summary>The command line of this assembly, for <c>scripts/conformance</c> and for people at work on the server.</summary>
internal static class Commands
{
    private const string Help = """
        serve [PORT [FILE]]              an embedded server, in memory without a file; prints its address and runs until it is stopped
        unpack DIR                       write the recordings of server, workflows and clients below DIR
        run [--address HOST:PORT] [--only GLOB]... [--jobs N] [--diffs N]
                                         run scenarios of conformance/server and compare; without an address against embedded servers
                                         with the settings of the scenarios
        """;

    /// <summary>Runs one command; the exit code is 1 when a scenario failed and 2 for wrong use.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["unpack", var directory]:
                foreach (var folder in (string[])["server", "workflows", "clients"])
                {
                    RecordingArchive.Unpack(folder, directory);
                }

                return 0;
            case ["serve", .. var rest]:
                await ServeAsync(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 0, rest.Length > 1 ? rest[1] : null);
                return 0;
            case ["run", .. var options]:
                return await RunScenariosAsync(Options.Parse(options));
            default:
                await Console.Error.WriteLineAsync(Help);
                return 2;
        }
    }

    private static async Task ServeAsync(int port, string? database)
    {
        var stopped = new TaskCompletionSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var target = await ConformanceTarget.StartEmbeddedAsync(database, port);
        Console.WriteLine(target.Address);
        await stopped.Task;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopped.TrySetResult();
        }
    }

    private static async Task<int> RunScenariosAsync(Options options)
    {
        var scenarios = ScenarioLibrary
            .All.Where(scenario =>
                options.Only.Count == 0 || options.Only.Exists(glob => FileSystemName.MatchesSimpleExpression(glob, scenario.Name))
            )
            .ToList();
        var result = await SettingsRun.RunAsync(
            scenarios,
            settings =>
                options.Address is { } address
                    ? Task.FromResult(ConformanceTarget.At(address))
                    : ConformanceTarget.StartEmbeddedAsync(database: null, port: 0, settings),
            options.Jobs,
            retry: false,
            one =>
            {
                Console.WriteLine($"{(one.Passed ? "pass" : "FAIL")} {one.Name} ({(int)one.Elapsed.TotalMilliseconds} ms)");
                foreach (var difference in one.Differences.Take(options.Differences))
                {
                    Console.WriteLine($"  {difference}");
                }
            },
            CancellationToken.None
        );
        foreach (var line in result.Summary())
        {
            Console.WriteLine(line);
        }

        return result.Results.Any(one => !one.Passed) ? 1 : 0;
    }

    private sealed record Options(string? Address, List<string> Only, int Jobs, int Differences)
    {
        public static Options Parse(string[] args)
        {
            var options = new Options(null, [], 6, 5);
            for (var i = 0; i + 1 < args.Length; i += 2)
            {
                options = args[i] switch
                {
                    "--address" => options with { Address = args[i + 1] },
                    "--only" => options with { Only = [.. options.Only, args[i + 1]] },
                    "--jobs" => options with { Jobs = int.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                    "--diffs" => options with { Differences = int.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                    _ => throw new ArgumentException($"unknown option {args[i]}", nameof(args)),
                };
            }

            return options;
        }
    }
}
