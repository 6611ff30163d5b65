using System.Globalization;
using Orchestrator.KillTest;

// Usage: KillTest PROGRAM [--rounds N] [--seed S] [--kills N]
var program = args[0];
var rounds = Option("--rounds", 5);
var seed = Option("--seed", Random.Shared.Next());
var kills = Option("--kills", 8);
Console.WriteLine($"{rounds} rounds, seed {seed}");

var undisturbed = await new KillRound([program], _ => { }).RunUndisturbedAsync();
if (undisturbed.Faults.Count > 0)
{
    Console.WriteLine(undisturbed.Output);
    Console.WriteLine("The undisturbed run failed: " + string.Join("; ", undisturbed.Faults));
    return 1;
}

var failed = 0;
for (var round = 1; round <= rounds; round++)
{
    var result = await new KillRound([program], _ => { }).RunAsync(new Random(unchecked(seed + round)), kills, undisturbed.Tree);
    Console.WriteLine($"round {round}: {result.Kills.Count} kills ({string.Join(", ", result.Kills.GroupBy(kill => kill).Select(group => $"{group.Count()} {group.Key}"))}): {(result.Faults.Count == 0 ? "ok" : string.Join("; ", result.Faults))}");
    if (result.Faults.Count > 0)
    {
        failed++;
        Console.WriteLine(result.Output);
    }
}

Console.WriteLine($"{rounds - failed} of {rounds} rounds lost nothing (seed {seed})");
return failed == 0 ? 0 : 1;

int Option(string name, int otherwise)
{
    var index = Array.IndexOf(args, name);
    return index < 0 || index + 1 >= args.Length ? otherwise : int.Parse(args[index + 1], CultureInfo.InvariantCulture);
}
