using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A test that needs Python with the package <c>temporalio</c> of PyPI (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class PythonFactAttribute : FactAttribute
{
    private static readonly bool IsInstalled = CheckAsync().GetAwaiter().GetResult();

    public PythonFactAttribute() => Skip = IsInstalled ? null : "The package is missing: pip install temporalio";

    private static async Task<bool> CheckAsync()
    {
        try
        {
            return (await new ProcessRunner().RunAsync(new ChildProcessOptions("python3", "-c", "import temporalio.client"))).ExitCode == 0;
        }
        catch (ProcessStartException)
        {
            return false;
        }
    }
}
