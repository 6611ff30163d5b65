using System.Text.Json.Nodes;

namespace Orchestrator.FakeAgent;

/// <summary>Simulates a plain program: runs the steps and ends with the requested exit code, or 0.</summary>
internal static class CommandAgent
{
    internal static int Run(string scriptFile)
    {
        var script = AgentScript.Load(scriptFile);
        StepRunner player = new(script.Style());
        foreach (var step in script.Steps())
        {
            if (!player.Play(step))
            {
                Console.Error.WriteLine($"fake-agent: unknown step {step.ToJsonString()}");
                return 2;
            }

            if (player.ExitCode is not null)
            {
                break;
            }
        }

        player.End();
        return player.ExitCode ?? 0;
    }
}
