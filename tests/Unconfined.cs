using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>Fixtures lie in the temporary folder, and scripted agents write there what tests read: confined ones could not. Tests of the
/// sandbox switch it on.</summary>
internal static class Unconfined
{
    internal const string Variable = "ORCHESTRATOR_PERMISSIONS__SANDBOX";

#pragma warning disable CA2255 // A test assembly has no Main in which it could be set.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void SwitchOff() => Environment.SetEnvironmentVariable(Variable, "off");
}
