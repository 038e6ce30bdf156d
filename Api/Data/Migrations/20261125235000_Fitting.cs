using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CnnService.Api.Data.Migrations
{
    /// <summary>The way in which pictures came to size, with each dataset and each run, and the number of images that validate.</summary>
    public partial class Fitting : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "Fitting", table: "Datasets", type: "TEXT", nullable: true);
            migrationBuilder.AddColumn<string>(name: "Fitting", table: "Runs", type: "TEXT", nullable: true);
            migrationBuilder.AddColumn<int>(name: "ValidationImages", table: "Runs", type: "INTEGER", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("A database is never taken back to a version before; restore a backup instead.");
    }
}
