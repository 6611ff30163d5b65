namespace Orchestrator.App;

/// <summary>Provides the product's version.</summary>
public static class ProductVersion
{
    /// <summary>Version as three numbers, such as <c>0.1.0</c>.</summary>
    public static string Value { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}
