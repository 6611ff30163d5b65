using System.Diagnostics;
using System.Globalization;
using Orchestrator.ServerKillTest;

// Usage: ServerKillTest [--rounds N] [--seed S] [--power-loss] [--synchronous-off]
//        ServerKillTest serve FILE SOCKET [OPERATIONS]      the role of the server that is killed
if (args is ["serve", var database, var socket, .. var rest])
{
    return await ServeRole.RunAsync(database, socket, rest is [var operations] ? int.Parse(operations, CultureInfo.InvariantCulture) : 0);
}

const int RoundsPerSession = 10;
var rounds = Option("--rounds", 20);
var seed = Option("--seed", Random.Shared.Next());
var synchronous = !args.Contains("--synchronous-off");
var powerLoss = !synchronous || args.Contains("--power-loss");

// What waits for a lost change waits forever.
var patience = TimeSpan.FromSeconds(synchronous ? 120 : 3);
var began = Stopwatch.GetTimestamp();
Console.WriteLine($"{rounds} rounds of {(powerLoss ? "power loss" : "kill -9")}, seed {seed}");
var (failed, workflows, acknowledged) = (0, 0, 0);
for (var done = 0; done < rounds; done += RoundsPerSession)
{
    var folder = Directory.CreateTempSubdirectory("server-kill-").FullName;
    var random = new Random(unchecked(seed + done));
    var crashes = Math.Min(RoundsPerSession, rounds - done);
    await using (IVictim victim = powerLoss ? new PowerlessServer(folder, synchronous) : new KilledServer(folder))
    {
        var result = await new Session(victim, random, patience).RunAsync(crashes);
        (workflows, acknowledged) = (workflows + result.Workflows, acknowledged + result.Acknowledged);
        Console.WriteLine(
            $"rounds {done + 1} to {done + crashes}: {result.Workflows} workflows, {result.Acknowledged} acknowledged changes: "
                + $"{(result.Faults.Count == 0 ? "ok" : $"{result.Faults.Count} faults")}"
        );
        foreach (var fault in result.Faults.Take(20))
        {
            Console.WriteLine("  " + fault);
        }
        failed += result.Faults.Count == 0 ? 0 : 1;
    }

    if (failed == 0 || !synchronous)
    {
        Directory.Delete(folder, recursive: true);
    }
    else
    {
        Console.WriteLine($"  the files are left in {folder}");
    }
    if (failed > 0)
    {
        break;
    }
}

Console.WriteLine(
    $"{(failed == 0 ? $"{rounds} rounds lost and doubled nothing" : "something was lost or doubled")}: {workflows} workflows, "
        + $"{acknowledged} acknowledged changes, {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s (seed {seed})"
);
return failed == 0 ? 0 : 1;

int Option(string name, int otherwise)
{
    var index = Array.IndexOf(args, name);
    return index < 0 || index + 1 >= args.Length ? otherwise : int.Parse(args[index + 1], CultureInfo.InvariantCulture);
}
