namespace Orchestrator.Gates.Running;

/// <summary>Turns the result of a gate's command into a verdict.</summary>
internal static class GateVerdictFactory
{
    /// <summary>Returns the verdict of a command that ended or was stopped.</summary>
    public static GateVerdict Of(Gate gate, string command, ProcessResult result, string evidenceFile)
    {
        var output = gate.IsMeasurement
            ? $"{result.StandardError.Text}\n{result.StandardOutput.Text}".TrimStart('\n')
            : result.StandardOutput.Text;
        var missesWork = GateResultClassifier.MissesOwnFile(result.ExitCode, output);
        var isGood = result.Succeeded != gate.Negate && !GateResultClassifier.IsStartFailure(result.ExitCode);
        (var verdict, var failure) = result switch
        {
            { TimedOut: true } => (GateResult.TimedOut, GateFailure.Timeout),
            _ when isGood => (GateResult.Passed, GateFailure.None),
            _ when missesWork => (GateResult.Failed, GateFailure.Logic),
            _ when GateResultClassifier.IsStartFailure(result.ExitCode) => (GateResult.CouldNotRun, GateFailure.Environment),
            _ when gate.Negate => (GateResult.Failed, GateFailure.Logic),
            _ => (GateResult.Failed, GateResultClassifier.OfExit(result.ExitCode)),
        };
        return new GateVerdict
        {
            Gate = gate,
            Result = verdict,
            Failure = failure,
            Command = command,
            ExitCode = result.TimedOut ? null : result.ExitCode,
            Duration = result.Duration,
            Runs = 1,
            EvidenceFile = evidenceFile,
            Tail = GateRunner.Tail(output),
            Contention =
                verdict is GateResult.Failed or GateResult.TimedOut && failure != GateFailure.Environment && !gate.Negate
                    ? ResourceConflictDetector.Of(output)
                    : GateContendedResourceKind.None,
        };
    }
}
